#include "process/child.h"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <set>

namespace slipway::process {
namespace {

// The kernel keeps the children of the process as a whole, whichever object or thread started them; so does
// this. A pid stays here until it is reaped, and therefore cannot mean anyone else.
struct Children {
  std::mutex mutex;
  std::set<pid_t> started;
  std::set<pid_t> left;  // of these: those whose owner is gone, to be reaped when they are dead
};

Children& children() {
  static Children all;
  return all;
}

// ECHILD means that somebody else has reaped it.
bool reap(pid_t pid) {
  const pid_t got = ::waitpid(pid, nullptr, WNOHANG);
  return got == pid || (got < 0 && errno == ECHILD);
}

void reap_those_left(Children& all) {
  for (auto next = all.left.begin(); next != all.left.end();) {
    const pid_t pid = *next;
    if (!reap(pid)) {
      ++next;
      continue;
    }
    next = all.left.erase(next);
    all.started.erase(pid);
  }
}

int open_pidfd([[maybe_unused]] pid_t pid) {
#ifdef SYS_pidfd_open
  return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
#else
  return -1;
#endif
}

}  // namespace

std::expected<Child, int> Child::start(const std::function<int(pid_t&)>& start) {
  Children& all = children();
  // Held over the start: whoever sees the new pid in /proc and asks started_here() must get the right answer.
  const std::scoped_lock lock{all.mutex};
  reap_those_left(all);
  pid_t pid = -1;
  if (const int error = start(pid); error != 0) return std::unexpected(error);
  all.started.insert(pid);
  return Child{pid};
}

bool Child::started_here(pid_t pid) {
  Children& all = children();
  const std::scoped_lock lock{all.mutex};
  return all.started.contains(pid);
}

Child::Child(pid_t pid) : pid_(pid), pidfd_(open_pidfd(pid)) {}

Child::Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, -1)), pidfd_(std::move(other.pidfd_)) {}

Child::~Child() {
  if (pid_ < 0) return;
  Children& all = children();
  const std::scoped_lock lock{all.mutex};
  if (reap(pid_)) {
    all.started.erase(pid_);
  } else {
    all.left.insert(pid_);
  }
}

std::optional<int> Child::ended() const {
  siginfo_t info{};
  if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
    // Somebody reaped it (SIGCHLD is ignored, say): how it ended cannot be known, so it was no success.
    return errno == ECHILD ? std::optional{255} : std::nullopt;
  }
  if (info.si_pid == 0) return std::nullopt;
  return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

}  // namespace slipway::process
