#include "vcs/held_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <chrono>

namespace slipway::vcs {

asio::awaitable<base::Result<base::UniqueFd>> hold_lock(LockWish wish) {
  base::UniqueFd lock{::open(wish.file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (!lock) co_return base::fail_errno(errno, "cannot open {}", wish.file.string());
  const auto until = std::chrono::steady_clock::now() + wish.patience;
  while (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR)
      co_return base::fail_errno(errno, "cannot lock {}", wish.file.string());
    if (wish.stop != nullptr && wish.stop->requested())
      co_return base::fail(base::ErrorCode::cancelled, "stopped while waiting for {}", wish.file.string());
    if (std::chrono::steady_clock::now() >= until)
      co_return std::unexpected(base::Error{base::ErrorCode::conflict, wish.busy});
    co_await async::sleep_for(base::Millis{20});
  }
  co_return lock;
}

}  // namespace slipway::vcs
