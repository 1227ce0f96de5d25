// Working as another user of this host ("run_as"). The process must have been started as root.
#pragma once

#include <sys/types.h>
#include <filesystem>

#include "agent/policy/user.h"
#include "base/error.h"

namespace slipway::agent {

// His folder in the agent's data directory (caches, saved changes), made if it is missing. The data directory
// becomes passable for him; nothing else in it can be read by others.
base::Result<std::filesystem::path> user_directory(const std::filesystem::path& data,
                                                   const policy::User& user);

// From now on this process is the user, for good: his groups, HOME, USER and git's trust in `path` alone,
// whoever owns it.
base::Result<> become(const policy::User& user, const std::filesystem::path& path);

// The same, but for the way back that AsRoot takes. What this process starts has no way back: the kernel
// forgets it when another program is executed.
base::Result<> become_for_now(const policy::User& user, const std::filesystem::path& path);

// Root again as long as it lives, in a process that is a user for now; in any other it does nothing.
class AsRoot {
 public:
  AsRoot();
  ~AsRoot();
  AsRoot(const AsRoot&) = delete;
  AsRoot& operator=(const AsRoot&) = delete;

 private:
  uid_t user_ = 0;  // to go back to; 0: nobody
};

}  // namespace slipway::agent
