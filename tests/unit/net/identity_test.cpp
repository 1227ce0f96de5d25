#include "net/identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "base/file.h"
#include "base/temp_dir.h"

namespace slipway::net {
namespace {

using testing::HasSubstr;

class IdentityTest : public testing::Test {
 protected:
  static unsigned mode_of(const fs::path& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777U : 0;
  }

  std::string complaint() const {
    const auto opened = open_identity(directory);
    return opened ? "none" : opened.error().message;
  }

  test::TempDir temp;
  fs::path directory = temp / "identity";
  fs::path key = directory / "key.pem";
  fs::path certificate = directory / "certificate.pem";
};

TEST_F(IdentityTest, IsMadeOnceAndKept) {
  const auto first = open_identity(directory);
  ASSERT_TRUE(first) << first.error().message;
  const auto again = open_identity(directory);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->fingerprint(), first->fingerprint());
  EXPECT_FALSE(make_identity()->fingerprint() == first->fingerprint());
}

TEST_F(IdentityTest, CanBeReadByItsOwnerAlone) {
  ASSERT_TRUE(open_identity(directory));
  EXPECT_EQ(mode_of(directory), 0700U);
  EXPECT_EQ(mode_of(key), 0600U);
  EXPECT_EQ(mode_of(certificate), 0600U);
}

TEST_F(IdentityTest, IsTheSameForAllWhoMakeItAtOnce) {
  std::vector<std::string> found(8);
  {
    std::vector<std::jthread> threads;
    for (std::string& one : found)
      threads.emplace_back([&] { one = open_identity(directory).value().fingerprint().text(); });
  }
  EXPECT_THAT(found, testing::Each(found.front()));
}

TEST_F(IdentityTest, KeepsItsKeyWhenTheCertificateIsLost) {
  const auto first = open_identity(directory);
  fs::remove(certificate);
  EXPECT_EQ(open_identity(directory)->fingerprint(), first->fingerprint());
}

TEST_F(IdentityTest, IsRefusedWhenOthersMayReadTheKey) {
  ASSERT_TRUE(open_identity(directory));
  ::chmod(key.c_str(), 0640);
  EXPECT_THAT(complaint(), AllOf(HasSubstr("mode 640"), HasSubstr("chmod go-rwx " + key.string())));
}

TEST_F(IdentityTest, IsRefusedWhenTheCertificateIsOfAnotherKey) {
  ASSERT_TRUE(open_identity(directory));
  ASSERT_TRUE(open_identity(temp / "other"));
  fs::copy_file(temp / "other" / "certificate.pem", certificate, fs::copy_options::overwrite_existing);
  EXPECT_THAT(complaint(), HasSubstr("is the certificate of another key"));
}

TEST_F(IdentityTest, IsRefusedWhenTheFilesHoldSomethingElse) {
  ASSERT_TRUE(open_identity(directory));
  ASSERT_TRUE(base::write_file_durably(key, "not a key"));
  EXPECT_THAT(complaint(), HasSubstr("holds no private key that can be read"));
  ASSERT_TRUE(base::write_file_durably(
      key,
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjS\n"
      "-----END ENCRYPTED PRIVATE KEY-----\n"));
  EXPECT_THAT(complaint(), HasSubstr("holds no private key that can be read"));
}

TEST_F(IdentityTest, SaysWhyItCannotBeMade) {
  ASSERT_TRUE(base::write_file_durably(directory, "a file in the place of the directory"));
  EXPECT_THAT(complaint(), HasSubstr("cannot make the directory " + directory.string()));
}

}  // namespace
}  // namespace slipway::net
