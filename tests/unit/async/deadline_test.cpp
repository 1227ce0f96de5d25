#include "async/deadline.h"

#include <string>

#include "async/event.h"
#include "async/on_loop.h"
#include "async/task_group.h"

namespace slipway::async {
namespace {

using namespace std::chrono_literals;
using base::ErrorCode;

class Within : public test::OnLoop {
 public:
  asio::awaitable<base::Result<int>> at_once() { co_return 7; }

  asio::awaitable<base::Result<int>> after_the_event() {
    co_await event.wait();
    co_await asio::this_coro::executor;
    co_return 8;
  }

  asio::awaitable<base::Result<int>> never() {
    for (;;) co_await event.wait();
  }

  // Tells of its cancellation by its result.
  asio::awaitable<base::Result<int>> cancelled_as_a_value() {
    co_await asio::this_coro::throw_if_cancelled(false);
    co_await event.wait();
    ended = true;
    co_return base::fail(ErrorCode::io, "was cancelled");
  }

  asio::awaitable<base::Result<int>> failing() { co_return base::fail(ErrorCode::not_found, "not there"); }

  asio::awaitable<base::Result<int>> with_a_bug() {
    co_await sleep_for(0ms);
    throw std::logic_error("a bug");
  }

  Event event{executor};
  bool ended = false;
};

TEST_F(Within, GivesTheResultThatComesFirst) {
  EXPECT_EQ(wait_for(within<int>(1h, "asking", at_once())), 7);
}

TEST_F(Within, GivesAResultThatComesLater) {
  std::optional<base::Result<int>> result;
  TaskGroup tasks(executor);
  tasks.spawn([](Within* test, std::optional<base::Result<int>>& into) -> asio::awaitable<void> {
    into = co_await within<int>(1h, "asking", test->after_the_event());
  }(this, result));
  run_ready();
  EXPECT_FALSE(result);
  event.notify();
  run_ready();
  ASSERT_TRUE(result);
  EXPECT_EQ(*result, 8);
}

TEST_F(Within, GivesTheOperationsOwnError) {
  const auto result = wait_for(within<int>(1h, "asking", failing()));
  EXPECT_EQ(result.error().code, ErrorCode::not_found);
  EXPECT_EQ(result.error().message, "not there");
}

TEST_F(Within, GivesUpAnOperationThatNeverEnds) {
  const auto result = wait_for(within<int>(5ms, "asking the oracle", never()));
  EXPECT_EQ(result.error().code, ErrorCode::timeout);
  EXPECT_EQ(result.error().message, "asking the oracle: no answer within 5ms");
}

TEST_F(Within, WaitsForTheEndOfTheOperationThatItCancels) {
  const auto result = wait_for(within<int>(5ms, "asking", cancelled_as_a_value()));
  EXPECT_TRUE(ended);
  EXPECT_EQ(result.error().code, ErrorCode::timeout);
}

TEST_F(Within, SaysThatItWasCancelledFromOutside) {
  std::optional<base::Result<int>> result;
  TaskGroup tasks(executor);
  tasks.spawn([](Within* test, std::optional<base::Result<int>>& into) -> asio::awaitable<void> {
    into = co_await within<int>(1h, "asking", test->never());
  }(this, result));
  run_ready();
  wait_for(tasks.stop());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->error().code, ErrorCode::cancelled);
  EXPECT_EQ(result->error().message, "asking: cancelled");
}

TEST_F(Within, LetsTheOperationAnswerItsCancellation) {
  std::optional<base::Result<int>> result;
  TaskGroup tasks(executor);
  tasks.spawn([](Within* test, std::optional<base::Result<int>>& into) -> asio::awaitable<void> {
    into = co_await within<int>(1h, "asking", test->cancelled_as_a_value());
  }(this, result));
  run_ready();
  wait_for(tasks.stop());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->error().message, "was cancelled");
}

TEST_F(Within, LetsABugThrough) {
  EXPECT_ANY_THROW((void)wait_for(within<int>(50ms, "asking", with_a_bug())));
}

TEST_F(Within, TakesOperationsWithoutAValue) {
  const auto nothing = []() -> asio::awaitable<base::Result<>> { co_return base::Result<>{}; };
  EXPECT_TRUE(wait_for(within<void>(1h, "asking", nothing())));
}

}  // namespace
}  // namespace slipway::async
