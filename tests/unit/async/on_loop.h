// A loop for one test of coroutines. Nothing here waits for a fixed time: conditions come true, or the
// patience ends.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

namespace slipway::test {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// Longer than anything here takes on a loaded machine under sanitizers; reached only by a hang.
inline constexpr auto patience = 60s;

class OnLoop : public testing::Test {
 protected:
  // Runs the awaitable to its end on the loop; what it throws is thrown.
  template <class T>
  T wait_for(asio::awaitable<T> task) {
    std::optional<T> result;
    wait_for(keep(std::move(task), result));
    return std::move(*result);
  }

  void wait_for(asio::awaitable<void> task) {
    std::exception_ptr failure;
    bool done = false;
    asio::co_spawn(loop, std::move(task), [&](const std::exception_ptr& thrown) {
      failure = thrown;
      done = true;
    });
    run_until([&] { return done; });
    if (failure) std::rethrow_exception(failure);
  }

  // Runs the loop until the condition is true.
  void run_until(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
      loop.restart();
      if (std::chrono::steady_clock::now() > deadline)
        throw std::runtime_error("the condition did not come true");
      loop.run_one_for(20ms);
    }
  }

  // Runs everything that can run now.
  void run_ready() {
    loop.restart();
    while (loop.poll() > 0) loop.restart();
  }

  // A test that failed leaves coroutines behind; they go first, while what they use still lives.
  void TearDown() override { context.reset(); }

  template <class T>
  static asio::awaitable<void> keep(asio::awaitable<T> task, std::optional<T>& into) {
    into.emplace(co_await std::move(task));
  }

  std::unique_ptr<asio::io_context> context = std::make_unique<asio::io_context>(1);
  asio::io_context& loop = *context;
  asio::any_io_executor executor = loop.get_executor();
};

}  // namespace slipway::test
