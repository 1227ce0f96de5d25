// The owner of background coroutines: what it spawned, it cancels and waits for.
//
//   class Session {
//     ...
//     async::TaskGroup tasks_;   // declared last: it goes first, while what the tasks use still lives
//   };
//   co_await tasks_.stop();      // BUG to leave this out: the destructor can cancel, but not wait
//
// One executor, one thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <memory>

namespace slipway::async {

namespace asio = boost::asio;

class TaskGroup {
 public:
  explicit TaskGroup(asio::any_io_executor executor);
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  // Starts a task. It may end by returning or by being cancelled; any other exception is a bug and ends the
  // process with its message. After stop() began, nothing is started any more.
  void spawn(asio::awaitable<void> task);

  // Asks every task to end at its next suspension point.
  void cancel();

  // Waits until no task runs.
  asio::awaitable<void> join();

  // cancel and join; afterwards spawn does nothing. Runs to its end even if the caller is being cancelled,
  // whose next co_await then throws as ever.
  asio::awaitable<void> stop();

  std::size_t size() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace slipway::async
