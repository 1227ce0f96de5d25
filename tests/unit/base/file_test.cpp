#include "base/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "base/temp_dir.h"
#include "base/unique_fd.h"

namespace slipway::base {
namespace {

class File : public testing::Test {
 protected:
  test::TempDir dir;
  fs::path file = dir / "file";
};

TEST_F(File, ReadsBackWhatWasWritten) {
  const std::string content("line\n\0\xff", 7);
  ASSERT_TRUE(write_file_durably(file, content));
  EXPECT_EQ(read_file(file), content);
}

TEST_F(File, ReplacesTheOldContentAsAWhole) {
  ASSERT_TRUE(write_file_durably(file, "a long first content"));
  ASSERT_TRUE(write_file_durably(file, "short"));
  EXPECT_EQ(read_file(file), "short");
}

TEST_F(File, LeavesNothingElseBehind) {
  ASSERT_TRUE(write_file_durably(file, "x"));
  EXPECT_EQ(std::distance(fs::directory_iterator(dir.path()), {}), 1);
}

TEST_F(File, IsForItsOwnerOnly) {
  ASSERT_TRUE(write_file_durably(file, "x"));
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(File, MayBeNamedWithoutItsDirectory) {
  const fs::path before = fs::current_path();
  fs::current_path(dir.path());
  const auto written = write_file_durably("plain", "x");
  fs::current_path(before);
  EXPECT_TRUE(written) << written.error().message;
  EXPECT_EQ(read_file(dir / "plain"), "x");
}

TEST_F(File, ThatIsTooLargeIsAnErrorWithTheLimit) {
  ASSERT_TRUE(write_file_durably(file, "12345"));
  EXPECT_EQ(read_file(file, 5), "12345");
  const auto read = read_file(file, 4);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::invalid);
  EXPECT_EQ(read.error().message, file.string() + " is larger than 4 bytes");
}

TEST_F(File, ThatIsMissingIsAnErrorWithItsName) {
  const auto read = read_file(file);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::io);
  EXPECT_EQ(read.error().message, "cannot open " + file.string() + ": No such file or directory");
}

TEST_F(File, ThatIsADirectoryIsAnError) {
  EXPECT_FALSE(read_file(dir.path()));
}

TEST_F(File, KeepsTheOldContentWhereTheNewCannotBeWritten) {
  ASSERT_TRUE(write_file_durably(file, "old"));
  // Works for root too, whom permissions do not stop.
  fs::create_directory(file.string() + ".part");
  const auto written = write_file_durably(file, "new");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::io);
  EXPECT_EQ(read_file(file), "old");
}

TEST_F(File, CannotBeWrittenWhereThereIsNoDirectory) {
  const auto written = write_file_durably(dir / "none/file", "x");
  ASSERT_FALSE(written);
  EXPECT_NE(written.error().message.find("No such file or directory"), std::string::npos);
}

TEST_F(File, ThatHasNoRoomIsAnError) {
  const UniqueFd full{::open("/dev/full", O_WRONLY | O_CLOEXEC)};
  if (!full) GTEST_SKIP() << "no /dev/full here";
  const auto written = write_all(full.get(), "x");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().message, "cannot write: No space left on device");
}

TEST_F(File, DirectoryIsMadeWithThoseAboveIt) {
  ASSERT_TRUE(make_writable_directory(dir / "a/b/c"));
  EXPECT_EQ(fs::status(dir / "a/b").permissions(), fs::perms::owner_all);
  EXPECT_TRUE(make_writable_directory(dir / "a/b/c"));
  EXPECT_TRUE(fs::is_empty(dir / "a/b/c"));
}

TEST_F(File, DirectoryBelowAFileIsAnErrorWithItsName) {
  std::ofstream(file) << "x";
  const auto made = make_writable_directory(file / "sub");
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find((file / "sub").string()), std::string::npos);
}

TEST_F(File, DirectoryThatCannotBeWrittenIsAnError) {
  const auto made = make_writable_directory("/proc");
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("cannot write in the directory /proc"), std::string::npos);
}

TEST_F(File, DescriptorClosesItselfOnce) {
  UniqueFd first{::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  const int number = first.get();
  UniqueFd second = std::move(first);
  EXPECT_FALSE(first);
  EXPECT_EQ(second.get(), number);
  second.reset();
  EXPECT_EQ(::fcntl(number, F_GETFD), -1);
}

}  // namespace
}  // namespace slipway::base
