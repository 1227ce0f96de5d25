// An operation with a time limit.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/time.h"

namespace slipway::async {

namespace asio = boost::asio;

// How an operation ended. `||` takes an exception for "not yet" and goes on waiting for the timer; so that a
// bug is not taken for a time limit, what is thrown is kept and thrown again afterwards.
template <class T>
struct Ending {
  std::optional<base::Result<T>> result;
  std::exception_ptr thrown;

  bool cancelled() const {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& error) {
      if (error.code() != asio::error::operation_aborted) throw;
      return true;
    }
    return false;
  }
};

template <class T>
asio::awaitable<void> run_to_end(asio::awaitable<base::Result<T>> operation, Ending<T>& ending) {
  try {
    ending.result = co_await std::move(operation);
  } catch (...) {
    ending.thrown = std::current_exception();
  }
}

// Runs the operation; when the limit is over first, cancels it, waits for it to end, and returns an error
// "<what>: no answer within 10s". The operation reports failures as values; what it throws is a bug, or its
// cancellation, which comes back as ErrorCode::cancelled.
template <class T>
asio::awaitable<base::Result<T>> within(base::Millis limit, std::string what,
                                        asio::awaitable<base::Result<T>> operation) {
  using namespace asio::experimental::awaitable_operators;
  asio::steady_timer timer{co_await asio::this_coro::executor, limit};
  Ending<T> ending;
  const auto first =
      co_await (run_to_end(std::move(operation), ending) || timer.async_wait(asio::use_awaitable));
  const bool in_time = first.index() == 0;
  if (ending.cancelled() && in_time) co_return base::fail(base::ErrorCode::cancelled, "{}: cancelled", what);
  if (in_time) co_return std::move(*ending.result);
  co_return base::fail(base::ErrorCode::timeout, "{}: no answer within {}", what,
                       base::format_duration(limit));
}

}  // namespace slipway::async
