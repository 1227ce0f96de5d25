#include "agent/spool_watch.h"

#include <sys/inotify.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstring>
#include <vector>

namespace slipway::agent {

SpoolWatch::SpoolWatch(asio::any_io_executor executor) : descriptor_(executor) {
  const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd >= 0) descriptor_.assign(fd);
}

int SpoolWatch::add(const fs::path& directory, Callback callback) {
  if (!descriptor_.is_open()) return 0;
  const int watch =
      ::inotify_add_watch(descriptor_.native_handle(), directory.c_str(), IN_MODIFY | IN_CREATE);
  if (watch <= 0) return 0;
  callbacks_[watch] = std::move(callback);
  return watch;
}

void SpoolWatch::remove(int watch) {
  if (watch <= 0 || callbacks_.erase(watch) == 0) return;
  ::inotify_rm_watch(descriptor_.native_handle(), watch);
}

asio::awaitable<void> SpoolWatch::run() {
  if (!descriptor_.is_open()) co_return;
  std::vector<char> buffer(4096);
  for (;;) {
    const auto [error, size] =
        co_await descriptor_.async_read_some(asio::buffer(buffer), asio::as_tuple(asio::use_awaitable));
    if (error) co_return;
    dispatch(buffer.data(), size);
  }
}

void SpoolWatch::dispatch(const char* events, std::size_t size) {
  for (std::size_t at = 0; at + sizeof(inotify_event) <= size;) {
    inotify_event event{};
    std::memcpy(&event, events + at, sizeof event);
    at += sizeof event + event.len;
    if (const auto found = callbacks_.find(event.wd); found != callbacks_.end()) found->second();
  }
}

}  // namespace slipway::agent
