// A condition that coroutines on one executor wait for: check the condition, wait, check again.
//
//   while (queue.empty()) co_await changed.wait();
//
// Not thread-safe: everything happens on the event loop's thread, so nothing can change between the check and
// the wait. Cancelling a waiting coroutine makes its next co_await throw, as with every Asio operation.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <list>
#include <memory>

#include "base/time.h"

namespace slipway::async {

namespace asio = boost::asio;

class Event {
 public:
  explicit Event(asio::any_io_executor executor)
      : executor_(std::move(executor)), waiters_(std::make_shared<Waiters>()) {}
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;

  // Wakes all who wait now; it is not remembered for those who come later.
  void notify();

  asio::awaitable<void> wait();

  // False when the time was over before anyone called notify.
  asio::awaitable<bool> wait_for(base::Millis limit);

 private:
  using Waiters = std::list<asio::steady_timer*>;

  asio::any_io_executor executor_;
  // Shared with those who wait: a loop that is destroyed destroys their frames, maybe after this event.
  std::shared_ptr<Waiters> waiters_;
};

// Waits; the coroutine's cancellation ends the wait and makes the next co_await throw.
asio::awaitable<void> sleep_for(base::Millis duration);

}  // namespace slipway::async
