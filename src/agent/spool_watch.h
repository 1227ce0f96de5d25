// Tells when something was written in an order's directory, so that its spool is forwarded at once. Linux:
// inotify. Where the system's watches are used up, nothing is told, and the one who waits looks again after a
// while.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <filesystem>
#include <functional>
#include <unordered_map>

#include "base/error.h"

namespace slipway::agent {

namespace asio = boost::asio;
namespace fs = std::filesystem;

class SpoolWatch {
 public:
  using Callback = std::function<void()>;

  explicit SpoolWatch(asio::any_io_executor executor);

  // Calls back on the loop's thread after writes in the directory; 0 when it cannot be watched.
  int add(const fs::path& directory, Callback callback);
  void remove(int watch);

  // Runs until it is cancelled.
  asio::awaitable<void> run();

 private:
  void dispatch(const char* events, std::size_t size);

  asio::posix::stream_descriptor descriptor_;
  std::unordered_map<int, Callback> callbacks_;
};

}  // namespace slipway::agent
