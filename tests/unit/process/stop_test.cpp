#include <gmock/gmock.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/system/system_error.hpp>
#include <csignal>

#include "process/process.h"
#include "process/process_table.h"
#include "process/support.h"
#include "process/tree.h"

namespace slipway::process::test {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

// Prints the pids of three generations, which all sleep.
constexpr auto family = "sh -c 'sleep 1000 & echo $!; wait' & echo $$ $!; wait";

// Prints its pid after it has left the group, the session and its parent.
constexpr auto fugitive = R"(
  use POSIX;
  if (fork == 0) { setsid; if (fork == 0) { syswrite(STDOUT, "$$\n"); sleep 1000 } exit }
  sleep 1000)";

class Stop : public Fixture {
 protected:
  void TearDown() override {
    ::prctl(PR_SET_CHILD_SUBREAPER, 0);
    EXPECT_FALSE(has_children());
  }

  void expect_all_gone(std::size_t count) {
    EXPECT_THAT(pids(), SizeIs(count));
    for (const pid_t pid : pids()) EXPECT_FALSE(lives(pid)) << pid;
  }

  // Starts the command, cancels it when it has printed this many lines, and returns how it ended.
  std::exception_ptr cancel_after_lines(Command command, std::size_t count);
};

std::exception_ptr Stop::cancel_after_lines(Command command, std::size_t count) {
  asio::cancellation_signal signal;
  std::exception_ptr failure;
  bool done = false;
  const auto cancel = [&] { signal.emit(asio::cancellation_type::terminal); };
  recorder.watch = [&](const std::string& text) {
    // Not from within: the coroutine is running now.
    if (static_cast<std::size_t>(std::ranges::count(text, '\n')) == count) asio::post(loop, cancel);
  };
  auto finish = [&](const std::exception_ptr& thrown, const base::Result<Exit>&) {
    failure = thrown;
    done = true;
  };
  asio::co_spawn(loop, run(std::move(command), recorder.sink(), &stop),
                 asio::bind_cancellation_slot(signal.slot(), finish));
  if (count == 0) cancel();
  run_loop(done);
  return failure;
}

bool is_cancellation(const std::exception_ptr& failure) {
  try {
    if (failure) std::rethrow_exception(failure);
  } catch (const boost::system::system_error& error) {
    return error.code() == asio::error::operation_aborted;
  }
  return false;
}

TEST_F(Stop, RequestEndsTheWholeTree) {
  stop_after_lines(2);
  const auto exit = shell(family);
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->by, EndedBy::stop);
  EXPECT_EQ(exit->code, 128 + SIGTERM);
  EXPECT_FALSE(exit->still_open);
  expect_all_gone(3);
}

TEST_F(Stop, TimeoutEndsTheWholeTree) {
  Command command = shell_command(family);
  command.timeout = 300ms;
  const auto exit = run_it(command);
  EXPECT_EQ(exit->by, EndedBy::timeout);
  EXPECT_FALSE(exit->ok());
  for (const pid_t pid : pids()) EXPECT_FALSE(lives(pid));
}

TEST_F(Stop, EndInTimeIsNoTimeout) {
  Command command = shell_command("echo done");
  command.timeout = patience;
  EXPECT_TRUE(run_it(command)->ok());
}

TEST_F(Stop, RequestBeforeTheStartStartsNothing) {
  stop.request();
  const auto exit = shell("echo started");
  EXPECT_EQ(exit->by, EndedBy::stop);
  EXPECT_FALSE(exit->ok());
  EXPECT_EQ(recorder.out, "");
}

TEST_F(Stop, GivesTimeToCleanUp) {
  stop_after_lines(1);
  const auto exit = perl(
      "$SIG{TERM} = sub { syswrite(STDOUT, \"cleaned\\n\"); exit 9 }; "
      "syswrite(STDOUT, \"ready\\n\"); sleep 1000");
  EXPECT_EQ(exit->by, EndedBy::stop);
  EXPECT_EQ(exit->code, 9);
  EXPECT_EQ(recorder.out, "ready\ncleaned\n");
}

TEST_F(Stop, KillsWhatIgnoresTerm) {
  stop_after_lines(1);
  Command command =
      perl_command("$SIG{TERM} = 'IGNORE'; fork; syswrite(STDOUT, \"$$\\n\"); sleep 1000 while 1");
  command.grace = 50ms;
  const auto exit = run_it(command);
  EXPECT_EQ(exit->code, 128 + SIGKILL);
  for (const pid_t pid : pids()) EXPECT_FALSE(lives(pid));
}

TEST_F(Stop, ReadsOnWhileWhatIgnoresTermWrites) {
  stop_after_lines(1);
  Command command = perl_command("$SIG{TERM} = 'IGNORE'; syswrite(STDOUT, \"$$\\n\") while 1");
  command.grace = 50ms;
  EXPECT_EQ(run_it(command)->code, 128 + SIGKILL);
}

TEST_F(Stop, WaitsForTheTreeAndNotOnlyForTheChild) {
  // The child ends at once, the grandchild cleans up and says so.
  stop_after_lines(2);
  const auto exit = perl(R"(
    if (fork == 0) { $SIG{TERM} = sub { select(undef, undef, undef, 0.05); syswrite(STDOUT, "late\n"); exit };
                     syswrite(STDOUT, "ready\n"); sleep 1000 }
    syswrite(STDOUT, "started\n"); sleep 1000)");
  EXPECT_EQ(exit->code, 128 + SIGTERM);
  EXPECT_THAT(recorder.out, HasSubstr("late\n"));
}

TEST_F(Stop, KillsWhatForksAllTheTime) {
  stop_after_lines(1);
  Command command = perl_command(R"(
    $SIG{TERM} = 'IGNORE'; $SIG{CHLD} = 'IGNORE'; syswrite(STDOUT, "$$\n");
    sub nap { select(undef, undef, undef, $_[0]) }
    while (1) { my $pid = fork; if (defined $pid && $pid == 0) { nap(0.01); exit } nap(0.001) })");
  command.grace = 30ms;
  EXPECT_EQ(run_it(command)->code, 128 + SIGKILL);
  ASSERT_THAT(pids(), SizeIs(1));
  const pid_t group = pids().front();
  const auto lives_on = [group](const ProcessInfo& process) {
    return process.group == group && !process.dead;
  };
  EXPECT_TRUE(std::ranges::none_of(list_processes(), lives_on));
}

TEST_F(Stop, WakesStoppedProcesses) {
  stop_after_lines(1);
  const auto exit = perl("syswrite(STDOUT, \"$$\\n\"); kill 'STOP', $$; sleep 1000");
  EXPECT_EQ(exit->code, 128 + SIGTERM);
}

TEST_F(Stop, ReachesChildrenInASessionOfTheirOwn) {
  stop_after_lines(1);
  const auto exit = perl("use POSIX; if (fork == 0) { setsid; syswrite(STDOUT, \"$$\\n\") } sleep 1000");
  EXPECT_EQ(exit->by, EndedBy::stop);
  expect_all_gone(1);
}

TEST_F(Stop, OfAReaperReachesFugitives) {
  ASSERT_TRUE(become_reaper());
  stop_after_lines(1);
  const auto exit = perl(fugitive);
  EXPECT_EQ(exit->by, EndedBy::stop);
  expect_all_gone(1);
}

TEST_F(Stop, OfAReaperSparesWhatWasThereBefore) {
  ASSERT_TRUE(become_reaper());
  ASSERT_TRUE(shell("sleep 1000 >/dev/null 2>&1 & echo $!")->ok());
  const pid_t daemon = pids().front();
  recorder = {};
  stop_after_lines(1);
  EXPECT_EQ(shell("echo ready; sleep 1000")->by, EndedBy::stop);
  EXPECT_TRUE(lives(daemon));
  ::kill(daemon, SIGKILL);
  EXPECT_TRUE(eventually([&] { return ::waitpid(daemon, nullptr, WNOHANG) == daemon; }));
}

TEST_F(Stop, OfAReaperSparesOtherCommands) {
  ASSERT_TRUE(become_reaper());
  StopRequest other_stop{loop.get_executor()};
  Recorder other;
  base::Result<Exit> other_exit;
  bool other_done = false;
  stop_after_lines(1);
  other.watch = [&](const std::string& text) {
    if (text.ends_with("second\n")) other_stop.request();
  };
  // Starts after the first, so it is not in the first one's list of what was there before.
  const auto start_other = [&] {
    asio::co_spawn(loop,
                   run(shell_command("trap 'echo second' USR1; echo $$; while :; do sleep 0.01; done"),
                       other.sink(), &other_stop),
                   [&](const std::exception_ptr&, base::Result<Exit> exit) {
                     other_exit = std::move(exit);
                     other_done = true;
                   });
  };
  asio::post(loop, start_other);
  EXPECT_EQ(shell("sleep 0.2; echo ready; sleep 1000")->by, EndedBy::stop);
  ASSERT_TRUE(eventually([&] { return loop.poll(), !other.out.empty(); }));
  EXPECT_EQ(::kill(std::stoi(other.out), SIGUSR1), 0);
  run_loop(other_done);
  EXPECT_EQ(other.out.substr(other.out.find('\n')), "\nsecond\n");
  EXPECT_EQ(other_exit->by, EndedBy::stop);
}

TEST_F(Stop, OfAReaperLeavesNoZombies) {
  ASSERT_TRUE(become_reaper());
  // Left behind alive, dead when the next command ends.
  ASSERT_TRUE(shell("sleep 1000 >/dev/null 2>&1 & echo $!")->ok());
  const pid_t daemon = pids().front();
  ::kill(daemon, SIGKILL);
  EXPECT_TRUE(eventually([&] { return !lives(daemon); }));
  EXPECT_TRUE(has_children());
  EXPECT_TRUE(shell("true")->ok());
  EXPECT_FALSE(has_children());
}

TEST_F(Stop, CancellationKillsTheTreeAtOnce) {
  EXPECT_TRUE(is_cancellation(cancel_after_lines(shell_command(std::string{"trap '' TERM; "} + family), 2)));
  expect_all_gone(3);
}

TEST_F(Stop, CancellationOfAReaperKillsFugitives) {
  ASSERT_TRUE(become_reaper());
  EXPECT_TRUE(is_cancellation(cancel_after_lines(perl_command(fugitive), 1)));
  expect_all_gone(1);
}

TEST_F(Stop, CancellationRightAtTheStartKills) {
  EXPECT_TRUE(is_cancellation(cancel_after_lines(shell_command("exec sleep 1000"), 0)));
}

TEST_F(Stop, CancellationDuringTheGraceKills) {
  Command command = perl_command(R"($SIG{TERM} = sub { syswrite(STDOUT, "not yet\n") };
                                    syswrite(STDOUT, "$$\n"); stop() while 1; sub stop { sleep 1000 })");
  command.grace = patience;
  command.timeout = 200ms;
  EXPECT_TRUE(is_cancellation(cancel_after_lines(command, 2)));
  EXPECT_FALSE(lives(std::stoi(recorder.out)));
}

TEST_F(Stop, CancellationLeavesNoDescriptors) {
  EXPECT_TRUE(shell("true")->ok());
  const std::size_t before = open_descriptors();
  EXPECT_TRUE(is_cancellation(cancel_after_lines(shell_command("echo ready; sleep 1000"), 1)));
  EXPECT_EQ(open_descriptors(), before);
}

TEST_F(Stop, DestructionOfTheLoopKillsTheTree) {
  bool done = false;
  {
    asio::io_context short_lived;
    recorder.watch = [&](const std::string&) { done = true; };
    asio::co_spawn(short_lived, run(shell_command("echo $$; sleep 1000"), recorder.sink()),
                   [](const std::exception_ptr&, const base::Result<Exit>&) {});
    while (!done) short_lived.run_one_for(patience);
  }
  expect_all_gone(1);
}

}  // namespace
}  // namespace slipway::process::test
