#include "async/task_group.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <list>

#include "async/event.h"

namespace slipway::async {

struct TaskGroup::State {
  explicit State(const asio::any_io_executor& on) : executor(on), empty(on) {}

  asio::any_io_executor executor;
  std::list<asio::cancellation_signal> running;
  Event empty;
  bool stopped = false;
};

namespace {

void rethrow_unless_cancelled(const std::exception_ptr& failure) {
  if (!failure) return;
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& error) {
    if (error.code() != asio::error::operation_aborted) throw;
  }
}

}  // namespace

TaskGroup::TaskGroup(asio::any_io_executor executor) : state_(std::make_shared<State>(executor)) {}

TaskGroup::~TaskGroup() {
  cancel();
}

void TaskGroup::spawn(asio::awaitable<void> task) {
  if (state_->stopped) return;
  const auto place = state_->running.emplace(state_->running.end());
  auto done = [state = state_, place](const std::exception_ptr& failure) {
    // A cancellation that was asked for from outside the loop is still on its way to this signal, in front of
    // what is posted now.
    const auto ended = std::make_shared<std::list<asio::cancellation_signal>>();
    ended->splice(ended->end(), state->running, place);
    asio::post(state->executor, [ended] {});
    if (state->running.empty()) state->empty.notify();
    rethrow_unless_cancelled(failure);
  };
  asio::co_spawn(state_->executor, std::move(task),
                 asio::bind_cancellation_slot(place->slot(), std::move(done)));
}

void TaskGroup::cancel() {
  // A task may end, and so leave the list, while it is being cancelled.
  for (auto next = state_->running.begin(); next != state_->running.end();) {
    auto& signal = *next++;
    signal.emit(asio::cancellation_type::terminal);
  }
}

asio::awaitable<void> TaskGroup::join() {
  const auto state = state_;
  while (!state->running.empty()) co_await state->empty.wait();
}

asio::awaitable<void> TaskGroup::stop() {
  const auto state = state_;
  state->stopped = true;
  cancel();
  // Cancelling the caller only wakes this wait. It stays recorded, and the caller's next step tells of it:
  // resetting the cancellation state instead would make the caller deaf for good.
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  while (!state->running.empty()) co_await state->empty.wait();
  co_await asio::this_coro::throw_if_cancelled(throws);
}

std::size_t TaskGroup::size() const {
  return state_->running.size();
}

}  // namespace slipway::async
