#include "net/key_rotation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/temp_dir.h"
#include "net/identity_watch.h"

namespace slipway::net {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

class KeyRotationTest : public testing::Test {
 protected:
  base::Fingerprint present() { return open_identity_of_now(directory).value().fingerprint(); }

  test::TempDir temp;
  fs::path directory = temp / "identity";
};

TEST_F(KeyRotationTest, WaitsForItsTime) {
  const auto before = present();
  EXPECT_FALSE(next_identity(directory).value());
  const auto next = prepare_next_identity(directory, base::now() + 1h);
  ASSERT_TRUE(next) << next.error().message;
  EXPECT_EQ(next_identity(directory).value()->identity.fingerprint(), next->identity.fingerprint());
  EXPECT_EQ(present(), before);
}

TEST_F(KeyRotationTest, TakesOverWhenItsTimeHasCome) {
  (void)present();
  const auto next = prepare_next_identity(directory, base::now() + 1h);
  ASSERT_TRUE(prepare_next_identity(directory, base::now() - 1ms)) << "the same key, sooner";
  EXPECT_EQ(present(), next->identity.fingerprint());
  EXPECT_FALSE(next_identity(directory).value());
  EXPECT_EQ(present(), next->identity.fingerprint());
}

TEST_F(KeyRotationTest, SurvivesAStopInTheMiddle) {
  (void)present();
  const auto next = prepare_next_identity(directory, base::now() - 1s);
  fs::remove(directory / "certificate.pem");
  fs::rename(directory / "next" / "key.pem", directory / "key.pem");
  EXPECT_EQ(present(), next->identity.fingerprint());
  EXPECT_FALSE(next_identity(directory).value());
}

TEST_F(KeyRotationTest, SaysWhatIsWrongWithItsTime) {
  (void)present();
  ASSERT_TRUE(prepare_next_identity(directory, base::now() + 1h));
  ASSERT_TRUE(base::write_file_durably(directory / "next" / "from", "some day"));
  EXPECT_THAT(next_identity(directory).error().message, HasSubstr("holds no time"));
}

TEST_F(KeyRotationTest, ChangesWhatLinksShow) {
  const auto identity = open_identity_of_now(directory);
  Tls tls = Tls::make(*identity).value();
  const Tls copy = tls;
  const auto other = make_identity();
  ASSERT_TRUE(tls.change(*other));
  EXPECT_EQ(copy.fingerprint(), other->fingerprint());
}

}  // namespace
}  // namespace slipway::net
