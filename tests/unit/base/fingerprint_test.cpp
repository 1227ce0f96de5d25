#include "base/fingerprint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

namespace slipway::base {
namespace {

Fingerprint counting() {
  Fingerprint::Hash hash{};
  std::iota(hash.begin(), hash.end(), std::uint8_t{0});
  return Fingerprint{hash};
}

TEST(Fingerprint, IsWrittenAsTheUnpaddedBase64OfTheHash) {
  EXPECT_EQ(counting().text(), "SHA256:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
  EXPECT_EQ(Fingerprint{}.text(), "SHA256:" + std::string(43, 'A'));
}

TEST(Fingerprint, IsReadBack) {
  const auto read = parse_fingerprint(counting().text());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, counting());
  EXPECT_FALSE(*read == Fingerprint{});
}

struct Mistyped {
  std::string text;
  std::string_view complaint;
};

class MistypedFingerprint : public testing::TestWithParam<Mistyped> {};

TEST_P(MistypedFingerprint, IsAnErrorThatSaysWhatIsWrong) {
  const auto read = parse_fingerprint(GetParam().text);
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, testing::HasSubstr(GetParam().complaint));
}

INSTANTIATE_TEST_SUITE_P(
    All, MistypedFingerprint,
    testing::Values(Mistyped{"", "expected \"SHA256:\""}, Mistyped{"SHA256:", "has 0 characters"},
                    Mistyped{"MD5:16:27:ac:a5", "expected \"SHA256:\""},
                    Mistyped{"sha256:" + std::string(43, 'A'), "expected \"SHA256:\""},
                    Mistyped{"SHA256:" + std::string(42, 'A'), "has 42 characters"},
                    Mistyped{"SHA256:" + std::string(44, 'A'), "has 44 characters"},
                    Mistyped{"SHA256:" + std::string(43, 'A') + "=", "\"=\" is no character of base64"},
                    Mistyped{"SHA256:" + std::string(20, 'A') + " " + std::string(22, 'A'), "\" \" is no"},
                    Mistyped{"SHA256:" + std::string(20, 'A') + "\x1b" + std::string(22, 'A'), "\\x1b"},
                    Mistyped{"SHA256:" + std::string(42, 'A') + "B", "last character"}));

}  // namespace
}  // namespace slipway::base
