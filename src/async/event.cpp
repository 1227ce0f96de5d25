#include "async/event.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace slipway::async {
namespace {

constexpr auto quietly = asio::as_tuple(asio::use_awaitable);

// Keeps a waiter in the list for exactly as long as its coroutine frame lives.
template <class Waiters>
class Registration {
 public:
  Registration(std::shared_ptr<Waiters> waiters, asio::steady_timer& timer)
      : waiters_(std::move(waiters)), place_(waiters_->insert(waiters_->end(), &timer)) {}
  ~Registration() { waiters_->erase(place_); }
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

 private:
  std::shared_ptr<Waiters> waiters_;
  typename Waiters::iterator place_;
};

}  // namespace

void Event::notify() {
  for (asio::steady_timer* timer : *waiters_) timer->cancel();
}

asio::awaitable<void> Event::wait() {
  asio::steady_timer timer{executor_, asio::steady_timer::time_point::max()};
  const Registration registration{waiters_, timer};
  co_await timer.async_wait(quietly);
}

asio::awaitable<bool> Event::wait_for(base::Millis limit) {
  asio::steady_timer timer{executor_, limit};
  const Registration registration{waiters_, timer};
  const auto [error] = co_await timer.async_wait(quietly);
  co_return error == asio::error::operation_aborted;
}

asio::awaitable<void> sleep_for(base::Millis duration) {
  asio::steady_timer timer{co_await asio::this_coro::executor, duration};
  co_await timer.async_wait(quietly);
}

}  // namespace slipway::async
