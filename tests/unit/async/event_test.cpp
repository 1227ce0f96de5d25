#include "async/event.h"

#include <boost/system/system_error.hpp>
#include <string>
#include <vector>

#include "async/on_loop.h"
#include "async/task_group.h"

namespace slipway::async {
namespace {

using namespace std::chrono_literals;

class EventTest : public test::OnLoop {
 public:
  asio::awaitable<void> wait_and_count() {
    co_await event.wait();
    ++woken;
  }

  Event event{executor};
  int woken = 0;
};

TEST_F(EventTest, WakesAllWhoWait) {
  TaskGroup tasks(executor);
  for (int i = 0; i < 3; ++i) tasks.spawn(wait_and_count());
  run_ready();
  EXPECT_EQ(woken, 0);
  event.notify();
  run_ready();
  EXPECT_EQ(woken, 3);
}

TEST_F(EventTest, IsNotRememberedForThoseWhoComeLater) {
  TaskGroup tasks(executor);
  event.notify();
  tasks.spawn(wait_and_count());
  run_ready();
  EXPECT_EQ(woken, 0);
  event.notify();
  run_ready();
  EXPECT_EQ(woken, 1);
}

TEST_F(EventTest, WakesAgainWhoWaitsAgain) {
  TaskGroup tasks(executor);
  tasks.spawn([](EventTest* test) -> asio::awaitable<void> {
    for (;;) co_await test->wait_and_count();
  }(this));
  for (int times = 1; times <= 3; ++times) {
    run_ready();
    event.notify();
    run_ready();
    EXPECT_EQ(woken, times);
  }
  wait_for(tasks.stop());
}

TEST_F(EventTest, WaitWithALimitSaysThatItWasNotified) {
  std::optional<bool> notified;
  TaskGroup tasks(executor);
  tasks.spawn([](Event& on, std::optional<bool>& result) -> asio::awaitable<void> {
    result = co_await on.wait_for(1h);
  }(event, notified));
  run_ready();
  EXPECT_FALSE(notified);
  event.notify();
  run_ready();
  EXPECT_EQ(notified, true);
}

TEST_F(EventTest, WaitWithALimitSaysThatTheTimeWasOver) {
  EXPECT_FALSE(wait_for(event.wait_for(1ms)));
}

TEST_F(EventTest, CancelledWaiterThrowsAtItsNextStep) {
  std::vector<std::string> steps;
  TaskGroup tasks(executor);
  tasks.spawn([](Event& on, std::vector<std::string>& told) -> asio::awaitable<void> {
    try {
      co_await on.wait();
      told.emplace_back("woken");
      co_await on.wait();
      told.emplace_back("woken again");
    } catch (const boost::system::system_error& error) {
      told.push_back(error.code() == asio::error::operation_aborted ? "cancelled" : "something else");
      throw;
    }
  }(event, steps));
  run_ready();
  wait_for(tasks.stop());
  EXPECT_EQ(steps, (std::vector<std::string>{"woken", "cancelled"}));
}

TEST_F(EventTest, LeavesNothingOfAWaiterThatIsDestroyed) {
  auto other = std::make_unique<asio::io_context>(1);
  {
    Event on(other->get_executor());
    asio::co_spawn(*other, on.wait(), [](const std::exception_ptr&) {});
    other->poll();
    other.reset();
    on.notify();
  }
}

TEST_F(EventTest, SleepEndsEarlyWhenItIsCancelled) {
  TaskGroup tasks(executor);
  tasks.spawn(sleep_for(1h));
  run_ready();
  wait_for(tasks.stop());
  EXPECT_EQ(tasks.size(), 0U);
}

}  // namespace
}  // namespace slipway::async
