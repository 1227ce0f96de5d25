#include "async/task_group.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>

#include "async/event.h"
#include "async/on_loop.h"

namespace slipway::async {
namespace {

using namespace std::chrono_literals;

class TaskGroupTest : public test::OnLoop {
 public:
  asio::awaitable<void> for_ever() {
    const Counted counted(running);
    for (;;) co_await sleep_for(1h);
  }

  // Needs a moment for tidying up after its cancellation.
  asio::awaitable<void> slow_to_end(Event& may_end) {
    const Counted counted(running);
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await may_end.wait();
    co_await may_end.wait();
  }

  struct Counted {
    explicit Counted(int& count) : count_(count) { ++count_; }
    ~Counted() { --count_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;
    int& count_;
  };

  TaskGroup tasks{executor};
  int running = 0;
};

TEST_F(TaskGroupTest, RunsWhatItSpawns) {
  tasks.spawn(for_ever());
  tasks.spawn(for_ever());
  run_ready();
  EXPECT_EQ(running, 2);
  EXPECT_EQ(tasks.size(), 2U);
  wait_for(tasks.stop());
  EXPECT_EQ(running, 0);
}

TEST_F(TaskGroupTest, ForgetsATaskThatEnded) {
  tasks.spawn(sleep_for(0ms));
  run_until([&] { return tasks.size() == 0; });
}

TEST_F(TaskGroupTest, CancelsFromOutsideTheLoopWhatEndsInThisVeryTurn) {
  Event goes_on(executor);
  tasks.spawn(goes_on.wait());
  run_ready();
  goes_on.notify();
  tasks.cancel();
  run_ready();
  EXPECT_EQ(tasks.size(), 0U);
}

TEST_F(TaskGroupTest, StopWaitsForTasksThatTidyUp) {
  Event may_end(executor);
  tasks.spawn(slow_to_end(may_end));
  run_ready();
  bool stopped = false;
  asio::co_spawn(loop, tasks.stop(), [&](const std::exception_ptr& failure) { stopped = !failure; });
  run_ready();
  EXPECT_FALSE(stopped);
  EXPECT_EQ(running, 1);
  may_end.notify();
  run_ready();
  EXPECT_TRUE(stopped);
  EXPECT_EQ(running, 0);
}

TEST_F(TaskGroupTest, StopRunsToItsEndThoughItsCallerIsCancelled) {
  Event may_end(executor);
  tasks.spawn(slow_to_end(may_end));
  TaskGroup callers(executor);
  bool stopped = false;
  callers.spawn([](TaskGroup& group, bool& flag) -> asio::awaitable<void> {
    co_await group.stop();
    flag = true;
  }(tasks, stopped));
  run_ready();
  callers.cancel();
  run_ready();
  EXPECT_FALSE(stopped);
  may_end.notify();
  run_ready();
  EXPECT_TRUE(stopped);
}

// What a caller that was cancelled before, during or after stop() does next.
asio::awaitable<void> stop_and_go_on(TaskGroup& group, Event& begin, bool& stopped, bool& went_on) {
  co_await begin.wait();
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await group.stop();
  co_await asio::this_coro::throw_if_cancelled(true);
  stopped = true;
  co_await sleep_for(1h);
  co_await sleep_for(0ms);
  went_on = true;
}

class StopInACallerThatIsCancelled : public TaskGroupTest {
 protected:
  void SetUp() override {
    tasks.spawn(slow_to_end(may_end));
    callers.spawn(stop_and_go_on(tasks, begin, stopped, went_on));
    run_ready();
  }

  void expect_stopped_and_cancelled() {
    run_until([&] { return callers.size() == 0; });
    EXPECT_TRUE(stopped);
    EXPECT_FALSE(went_on);
    EXPECT_EQ(running, 0);
  }

  Event may_end{executor};
  Event begin{executor};
  TaskGroup callers{executor};
  bool stopped = false;
  bool went_on = false;
};

TEST_F(StopInACallerThatIsCancelled, BeforeIt) {
  callers.cancel();
  run_ready();
  may_end.notify();
  expect_stopped_and_cancelled();
}

TEST_F(StopInACallerThatIsCancelled, DuringIt) {
  begin.notify();
  run_ready();
  callers.cancel();
  run_ready();
  EXPECT_FALSE(stopped);
  may_end.notify();
  expect_stopped_and_cancelled();
}

TEST_F(StopInACallerThatIsCancelled, AfterIt) {
  begin.notify();
  run_ready();
  may_end.notify();
  run_ready();
  EXPECT_TRUE(stopped);
  callers.cancel();
  expect_stopped_and_cancelled();
}

TEST_F(TaskGroupTest, StopOfNothingReturnsAtOnce) {
  wait_for(tasks.stop());
}

TEST_F(TaskGroupTest, StopMayBeCalledTwice) {
  tasks.spawn(for_ever());
  wait_for(tasks.stop());
  wait_for(tasks.stop());
  EXPECT_EQ(running, 0);
}

TEST_F(TaskGroupTest, StopsATaskThatHasNotBegun) {
  tasks.spawn(for_ever());
  wait_for(tasks.stop());
  EXPECT_EQ(running, 0);
}

TEST_F(TaskGroupTest, SpawnsNothingAfterStop) {
  wait_for(tasks.stop());
  tasks.spawn(for_ever());
  run_ready();
  EXPECT_EQ(running, 0);
  EXPECT_EQ(tasks.size(), 0U);
}

TEST_F(TaskGroupTest, SpawnsAgainAfterCancel) {
  tasks.spawn(for_ever());
  run_ready();
  tasks.cancel();
  wait_for(tasks.join());
  tasks.spawn(for_ever());
  run_ready();
  EXPECT_EQ(running, 1);
  wait_for(tasks.stop());
}

TEST_F(TaskGroupTest, JoinWaitsForTheLastTask) {
  Event may_end(executor);
  tasks.spawn(may_end.wait());
  tasks.spawn(sleep_for(0ms));
  bool joined = false;
  asio::co_spawn(loop, tasks.join(), [&](const std::exception_ptr&) { joined = true; });
  run_until([&] { return tasks.size() == 1; });
  EXPECT_FALSE(joined);
  may_end.notify();
  run_ready();
  EXPECT_TRUE(joined);
}

TEST_F(TaskGroupTest, WaitsForWhatATaskSpawned) {
  tasks.spawn([](TaskGroupTest* test) -> asio::awaitable<void> {
    test->tasks.spawn(test->for_ever());
    co_return;
  }(this));
  run_ready();
  EXPECT_EQ(tasks.size(), 1U);
  EXPECT_EQ(running, 1);
  wait_for(tasks.stop());
  EXPECT_EQ(running, 0);
}

TEST_F(TaskGroupTest, ATaskThatSpawnsWhileItIsStoppedStartsNothing) {
  tasks.spawn([](TaskGroupTest* test) -> asio::awaitable<void> {
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await sleep_for(1h);
    test->tasks.spawn(test->for_ever());
  }(this));
  run_ready();
  wait_for(tasks.stop());
  EXPECT_EQ(running, 0);
}

TEST_F(TaskGroupTest, AnExceptionOfATaskComesOutOfTheLoop) {
  tasks.spawn([]() -> asio::awaitable<void> {
    co_await sleep_for(0ms);
    throw std::logic_error("a bug");
  }());
  try {
    run_until([&] { return tasks.size() == 0; });
    run_ready();
    FAIL() << "nothing was thrown";
  } catch (const std::logic_error& error) {
    EXPECT_STREQ(error.what(), "a bug");
  }
  EXPECT_EQ(tasks.size(), 0U);
}

TEST_F(TaskGroupTest, AFailureThatIsNoCancellationIsABugToo) {
  tasks.spawn([]() -> asio::awaitable<void> {
    throw boost::system::system_error(asio::error::connection_refused);
    co_return;
  }());
  EXPECT_THROW(run_ready(), boost::system::system_error);
}

TEST_F(TaskGroupTest, ItsDestructorCancelsItsTasks) {
  auto group = std::make_unique<TaskGroup>(executor);
  group->spawn(for_ever());
  run_ready();
  group.reset();
  run_ready();
  EXPECT_EQ(running, 0);
}

}  // namespace
}  // namespace slipway::async
