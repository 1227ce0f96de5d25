// For long work on files in a coroutine: lets the event loop have its turn now and then, and notices a stop.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "process/process.h"

namespace slipway::vcs {

namespace asio = boost::asio;

class Breather {
 public:
  explicit Breather(process::StopRequest* stop = nullptr) : stop_(stop) {}

  bool is_due() { return ++count_ % 256 == 0; }
  asio::awaitable<base::Result<>> breathe() const {
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    if (stop_ == nullptr || !stop_->requested()) co_return base::Result<>{};
    co_return base::fail(base::ErrorCode::cancelled, "stopped");
  }

 private:
  process::StopRequest* stop_;
  std::size_t count_ = 0;
};

}  // namespace slipway::vcs
