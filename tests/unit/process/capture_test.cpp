#include <gmock/gmock.h>

#include "process/process.h"
#include "process/program.h"
#include "process/support.h"

namespace slipway::process::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Capture : public Fixture {};

TEST_F(Capture, KeepsBothStreams) {
  const auto captured = wait_for(capture(shell_command("echo out; echo err >&2; exit 2")));
  ASSERT_TRUE(captured);
  EXPECT_EQ(captured->exit.code, 2);
  EXPECT_EQ(captured->out, "out\n");
  EXPECT_EQ(captured->err, "err\n");
}

TEST_F(Capture, AcceptsExactlyTheLimit) {
  const auto captured = wait_for(capture({.argv = {"head", "-c", "100000", "/dev/zero"}}, 100000));
  ASSERT_TRUE(captured);
  EXPECT_EQ(captured->out.size(), 100000U);
}

TEST_F(Capture, SaysWhichCommandPrintedTooMuch) {
  const auto captured = wait_for(capture({.argv = {"yes", "https://me:secret@host/x"}}, 1000));
  ASSERT_FALSE(captured);
  EXPECT_EQ(captured.error().message, "yes https://***@host/x: more than 1000 bytes on standard output");
  EXPECT_FALSE(has_children());
}

TEST_F(Capture, LimitsEachStreamByItself) {
  const auto captured = wait_for(capture(shell_command("printf 12345; printf 123456 >&2"), 5));
  ASSERT_FALSE(captured);
  EXPECT_THAT(captured.error().message, HasSubstr("more than 5 bytes on standard error"));
}

TEST_F(Capture, SaysThatAProgramIsMissing) {
  EXPECT_FALSE(wait_for(capture({.argv = {"slipway-no-such-program"}})));
  EXPECT_FALSE(wait_for(capture({})));
}

TEST_F(Capture, CanBeStopped) {
  stop.request();
  const auto captured = wait_for(capture({.argv = {"sleep", "1000"}}, 1000, &stop));
  EXPECT_EQ(captured->exit.by, EndedBy::stop);
}

TEST(Title, HidesCredentials) {
  const Command command{.argv = {"svn", "up", "--password", "hunter2", "svn://me:secret@host/r\n"}};
  EXPECT_THAT(title_of(command),
              AllOf(Not(HasSubstr("hunter2")), Not(HasSubstr("secret")), Not(HasSubstr("\n"))));
}

}  // namespace
}  // namespace slipway::process::test
