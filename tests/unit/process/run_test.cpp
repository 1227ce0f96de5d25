#include <fcntl.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <sstream>

#include "process/process.h"
#include "process/support.h"

namespace slipway::process::test {
namespace {

using testing::HasSubstr;

class Run : public Fixture {};

TEST_F(Run, ReportsSuccess) {
  const auto exit = shell("echo hello; echo oops >&2");
  ASSERT_TRUE(exit) << exit.error().message;
  EXPECT_TRUE(exit->ok());
  EXPECT_FALSE(exit->still_open);
  EXPECT_EQ(recorder.out, "hello\n");
  EXPECT_EQ(recorder.err, "oops\n");
}

TEST_F(Run, ReportsTheExitCode) {
  const auto exit = shell("exit 3");
  EXPECT_EQ(exit->code, 3);
  EXPECT_EQ(exit->by, EndedBy::itself);
  EXPECT_FALSE(exit->ok());
}

TEST_F(Run, ReportsTheSignalAs128Plus) {
  EXPECT_EQ(shell("kill -SEGV $$")->code, 128 + SIGSEGV);
}

TEST_F(Run, PassesArgumentsAsTheyAre) {
  EXPECT_TRUE(run_it({.argv = {"printf", "%s|", "a b", "", "$HOME", "*", "ä"}})->ok());
  EXPECT_EQ(recorder.out, "a b||$HOME|*|ä|");
}

TEST_F(Run, RunsInItsDirectory) {
  EXPECT_TRUE(run_it({.argv = {"pwd"}, .directory = "/usr/bin"})->ok());
  EXPECT_EQ(recorder.out, "/usr/bin\n");
}

TEST_F(Run, MeansARelativeProgramFromItsDirectory) {
  EXPECT_TRUE(run_it({.argv = {"./env", "true"}, .directory = "/usr/bin"})->ok());
}

TEST_F(Run, ChangesTheEnvironment) {
  ::setenv("SLIPWAY_TEST_KEPT", "kept", 1);
  ::setenv("SLIPWAY_TEST_CHANGED", "old", 1);
  ::setenv("SLIPWAY_TEST_GONE", "gone", 1);
  Command command = shell_command(
      "echo $SLIPWAY_TEST_KEPT $SLIPWAY_TEST_CHANGED ${SLIPWAY_TEST_GONE-none} $SLIPWAY_TEST_NEW");
  command.env = {{"SLIPWAY_TEST_CHANGED", "changed"}, {"SLIPWAY_TEST_NEW", "a=b"}};
  command.env_remove = {"SLIPWAY_TEST_GONE"};
  EXPECT_TRUE(run_it(command)->ok());
  EXPECT_EQ(recorder.out, "kept changed none a=b\n");
}

TEST_F(Run, LooksTheProgramUpInThePathOfTheChild) {
  const auto exit = run_it({.argv = {"true"}, .env = {{"PATH", "/nowhere"}}});
  ASSERT_FALSE(exit);
  EXPECT_EQ(exit.error().code, base::ErrorCode::not_found);
}

TEST_F(Run, ReadsNothingFromStandardInput) {
  EXPECT_TRUE(shell("readlink /proc/self/fd/0; cat")->ok());
  EXPECT_EQ(recorder.out, "/dev/null\n");
}

TEST_F(Run, GivesTheChildNoOtherDescriptors) {
  const int leaky = ::open("/dev/null", O_RDONLY);  // not close-on-exec, as some library might open it
  EXPECT_TRUE(run_it({.argv = {"ls", "/proc/self/fd"}})->ok());
  ::close(leaky);
  EXPECT_EQ(recorder.out, "0\n1\n2\n3\n");  // 3 is the directory that ls reads
}

TEST_F(Run, GivesTheChildDefaultSignals) {
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t blocked;
  sigset_t before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  EXPECT_TRUE(run_it({.argv = {"sed", "-nE", "s/^Sig(Ign|Blk):\t//p", "/proc/self/status"}})->ok());
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ::signal(SIGPIPE, SIG_DFL);
  std::istringstream masks{recorder.out};
  // The C library keeps 32 and 33 to itself, and so they stay as whoever started this program left them.
  constexpr auto all = ~(std::uint64_t{3} << 31U);
  std::uint64_t mask = 0;
  for (int line = 0; line < 2; ++line) {
    ASSERT_TRUE(masks >> std::hex >> mask);
    EXPECT_EQ(mask & all, 0U);
  }
}

TEST_F(Run, LeadsAProcessGroupOfItsOwn) {
  EXPECT_TRUE(perl("print $$ == getpgrp() ? 'yes' : 'no'")->ok());
  EXPECT_EQ(recorder.out, "yes");
}

TEST_F(Run, SaysThatThereIsNoCommand) {
  const auto exit = run_it({});
  ASSERT_FALSE(exit);
  EXPECT_EQ(exit.error().code, base::ErrorCode::invalid);
}

TEST_F(Run, SaysThatAProgramIsMissing) {
  const auto exit = run_it({.argv = {"slipway-no-such-program"}});
  ASSERT_FALSE(exit);
  EXPECT_EQ(exit.error().message,
            "cannot start slipway-no-such-program: No such file or directory (is it installed and in PATH?)");
}

TEST_F(Run, SaysThatADirectoryIsMissing) {
  const auto exit = run_it({.argv = {"true"}, .directory = "/no/such/place"});
  ASSERT_FALSE(exit);
  EXPECT_EQ(exit.error().message,
            "cannot start true in the directory /no/such/place: No such file or directory");
}

TEST_F(Run, SaysThatADirectoryIsNone) {
  const auto exit = run_it({.argv = {"true"}, .directory = "/etc/passwd"});
  ASSERT_FALSE(exit);
  EXPECT_THAT(exit.error().message, HasSubstr("/etc/passwd: Not a directory"));
}

TEST_F(Run, SaysThatAProgramIsNotExecutable) {
  const auto exit = run_it({.argv = {"/etc/passwd"}});
  ASSERT_FALSE(exit);
  EXPECT_EQ(exit.error().message, "cannot start /etc/passwd: Permission denied");
}

TEST_F(Run, SaysThatAnInterpreterIsMissing) {
  const fs::path script = fs::path{testing::TempDir()} / ("hook-" + std::to_string(::getpid()));
  std::ofstream{script} << "#!/no/such/interpreter\n";
  fs::permissions(script, fs::perms::owner_all);
  const auto exit = run_it({.argv = {script.string()}});
  fs::remove(script);
  ASSERT_FALSE(exit);
  EXPECT_THAT(exit.error().message, HasSubstr("is the interpreter in its first line installed?"));
}

TEST_F(Run, RefusesWhatCannotBePassedOn) {
  EXPECT_FALSE(run_it({.argv = {"echo", std::string{"a\0b", 3}}}));
  EXPECT_FALSE(run_it({.argv = {"true"}, .env = {{"A=B", "c"}}}));
  EXPECT_FALSE(run_it({.argv = {"true"}, .env = {{"", "c"}}}));
}

TEST_F(Run, WaitsForAChildThatClosedItsOutput) {
  // The child goes on without output until this test lets it end.
  const fs::path gate = fs::path{testing::TempDir()} / ("gate-" + std::to_string(::getpid()));
  fs::remove(gate);
  recorder.watch = [&](const std::string&) { std::ofstream{gate} << "open"; };
  const auto exit = shell("gate=" + gate.string() +
                          "; echo closing; exec >&- 2>&-; while [ ! -e $gate ]; do sleep 0.01; done; exit 7");
  fs::remove(gate);
  EXPECT_EQ(exit->code, 7);
  EXPECT_FALSE(exit->still_open);
}

TEST_F(Run, DoesNotWaitForADaemonThatHoldsTheOutput) {
  const auto exit = shell("sleep 1000 & echo $!; echo last words");
  EXPECT_TRUE(exit->ok());
  EXPECT_TRUE(exit->still_open);
  EXPECT_THAT(recorder.out, HasSubstr("last words\n"));
  ASSERT_EQ(pids().size(), 1U);
  EXPECT_TRUE(lives(pids().front()));
  ::kill(pids().front(), SIGKILL);
}

TEST_F(Run, DoesNotWaitForADaemonThatWritesForEver) {
  const auto exit = shell("yes & echo $! >&2");
  EXPECT_TRUE(exit->still_open);
  // It dies of writing into the closed pipe.
  const pid_t daemon = std::stoi(recorder.err);
  EXPECT_TRUE(eventually([&] { return !lives(daemon); }));
}

TEST_F(Run, LeavesNoDescriptorsAndNoZombies) {
  EXPECT_TRUE(shell("true")->ok());  // whatever opens something once has done so now
  const std::size_t before = open_descriptors();
  for (int round = 0; round < 5; ++round) {
    EXPECT_TRUE(shell("echo x")->ok());
    EXPECT_FALSE(run_it({.argv = {"slipway-no-such-program"}}));
    EXPECT_FALSE(run_it({.argv = {"true"}, .directory = "/no/such/place"}));
  }
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_FALSE(has_children());
}

TEST_F(Run, WorksWithoutStandardDescriptorsOfItsOwn) {
  EXPECT_TRUE(shell("true")->ok());  // the loop's own descriptors get other numbers
  recorder = {};
  (void)::fflush(stdout);
  std::array<int, 3> saved{};
  for (int fd = 0; fd < 3; ++fd) saved[static_cast<std::size_t>(fd)] = ::fcntl(fd, F_DUPFD_CLOEXEC, 10);
  for (int fd = 0; fd < 3; ++fd) ::close(fd);
  const auto exit = shell("echo out; echo err >&2; cat");
  for (int fd = 0; fd < 3; ++fd) {
    ::dup2(saved[static_cast<std::size_t>(fd)], fd);
    ::close(saved[static_cast<std::size_t>(fd)]);
  }
  EXPECT_TRUE(exit->ok());
  EXPECT_EQ(recorder.out, "out\n");
  EXPECT_EQ(recorder.err, "err\n");
}

}  // namespace
}  // namespace slipway::process::test
