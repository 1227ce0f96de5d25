// One child process, from its start to the moment when its pid is given back. Linux.
#pragma once

#include <sys/types.h>

#include <expected>
#include <functional>
#include <optional>

#include "base/unique_fd.h"

namespace slipway::process {

// As long as this object lives, the child's pid and the number of its process group belong to it: a child
// that ended stays a zombie until then, so that no signal can reach a stranger. Not thread-safe, but objects
// on several threads do not disturb each other.
class Child {
 public:
  // `start` sets the pid and returns 0, or returns an errno, as posix_spawn does.
  static std::expected<Child, int> start(const std::function<int(pid_t&)>& start);

  // Whether the pid is a child that start() made, as opposed to an orphan that this process inherited.
  static bool started_here(pid_t pid);

  Child(Child&& other) noexcept;
  Child& operator=(Child&&) = delete;
  ~Child();  // the zombie is taken away; a child that still lives, whenever a later one is started

  pid_t pid() const { return pid_; }

  // Readable once the child has ended; -1 on kernels before 5.3, where ended() must be asked from time to
  // time.
  int pidfd() const { return pidfd_.get(); }

  // The exit code, or 128 + n when signal n ended it; nothing while it runs. Never blocks.
  std::optional<int> ended() const;

 private:
  explicit Child(pid_t pid);

  pid_t pid_ = -1;
  base::UniqueFd pidfd_;
};

}  // namespace slipway::process
