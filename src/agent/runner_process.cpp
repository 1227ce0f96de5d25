#include "agent/runner_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <csignal>

#include "async/event.h"

extern char** environ;

namespace slipway::agent {
namespace {

// The attributes and file actions of posix_spawn, released whatever happens.
class SpawnPlan {
 public:
  SpawnPlan() {
    ::posix_spawnattr_init(&attributes_);
    ::posix_spawn_file_actions_init(&actions_);
  }
  ~SpawnPlan() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;

  void detach_session() {
    // A cancel may come before the runner listens: SIGTERM stays blocked until it does.
    sigset_t blocked;
    sigset_t all;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes_, &blocked);
    ::posix_spawnattr_setsigdefault(&attributes_, &all);
    ::posix_spawnattr_setflags(&attributes_,
                               POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }

  void log_to(const char* file) {
    ::posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions_, 1, file, O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::posix_spawn_file_actions_adddup2(&actions_, 1, 2);
    // Nothing else: a runner outlives the agent, and would keep its port and its links open.
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, 3);
  }

  int spawn(pid_t& pid, const char* program, char* const argv[]) {
    return ::posix_spawn(&pid, program, &actions_, &attributes_, argv, environ);
  }

 private:
  posix_spawnattr_t attributes_{};
  posix_spawn_file_actions_t actions_{};
};

bool reap_or_gone(pid_t pid) {
  const pid_t reaped = ::waitpid(pid, nullptr, WNOHANG);
  if (reaped == pid) return true;
  if (reaped == 0) return false;
  return ::kill(pid, 0) != 0 && errno == ESRCH;  // not our child
}

}  // namespace

base::Result<pid_t> start_runner(const fs::path& program, const OrderDir& order) {
  SpawnPlan plan;
  plan.detach_session();
  const std::string log = order.runner_file().string();
  plan.log_to(log.c_str());
  std::string name = program.string();
  std::string verb = "run-order";
  std::string directory = order.path().string();
  const std::array<char*, 4> argv{name.data(), verb.data(), directory.data(), nullptr};
  pid_t pid = 0;
  if (const int error = plan.spawn(pid, name.c_str(), argv.data()); error != 0) {
    return base::fail_errno(error, "cannot start the runner {}", name);
  }
  return pid;
}

asio::awaitable<void> wait_until_gone(pid_t pid) {
  if (pid <= 0) co_return;
  const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
  if (pidfd >= 0) {
    asio::posix::stream_descriptor descriptor(co_await asio::this_coro::executor, pidfd);
    co_await descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                                   asio::as_tuple(asio::use_awaitable));
  }
  // Old kernels have no pidfd; and a process of ours is a zombie until it is reaped.
  while (!reap_or_gone(pid)) co_await async::sleep_for(base::Millis{pidfd >= 0 ? 5 : 50});
}

}  // namespace slipway::agent
