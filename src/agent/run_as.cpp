#include "agent/run_as.h"

#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <exception>

namespace slipway::agent {
namespace {

namespace fs = std::filesystem;

// What of root's environment says who it is.
constexpr const char* personal[] = {"XDG_CONFIG_HOME", "XDG_DATA_HOME",    "XDG_STATE_HOME", "XDG_CACHE_HOME",
                                    "XDG_RUNTIME_DIR", "SSH_AUTH_SOCK",    "GNUPGHOME",      "MAIL",
                                    "SUDO_USER",       "GIT_CONFIG_GLOBAL"};

void put_on(const policy::User& user, const fs::path& path) {
  for (const char* name : personal) ::unsetenv(name);
  ::setenv("HOME", user.home.c_str(), 1);
  ::setenv("USER", user.name.c_str(), 1);
  ::setenv("LOGNAME", user.name.c_str(), 1);
  ::setenv("SHELL", user.shell.empty() ? "/bin/sh" : user.shell.c_str(), 1);
  // git(1), "GIT_CONFIG_COUNT": as good as -c on the command line, for this process and what it starts.
  ::setenv("GIT_CONFIG_COUNT", "1", 1);
  ::setenv("GIT_CONFIG_KEY_0", "safe.directory", 1);
  ::setenv("GIT_CONFIG_VALUE_0", path.c_str(), 1);
}

base::Result<> change(const policy::User& user, const fs::path& path, bool for_good) {
  const uid_t saved_uid = for_good ? user.uid : 0;
  const gid_t saved_gid = for_good ? user.gid : 0;
  if (::setgroups(user.groups.size(), user.groups.data()) != 0 ||
      ::setresgid(user.gid, user.gid, saved_gid) != 0 || ::setresuid(user.uid, user.uid, saved_uid) != 0)
    return base::fail_errno(errno, "cannot become the user {}", user.name);
  ::umask(022);
  put_on(user, path);
  return {};
}

base::Result<> make_for(const fs::path& directory, const policy::User& user) {
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    return base::fail_errno(errno, "cannot make {}", directory.string());
  if (::chown(directory.c_str(), user.uid, user.gid) != 0)
    return base::fail_errno(errno, "cannot give {} to {}", directory.string(), user.name);
  return {};
}

base::Result<> make_passable(const fs::path& directory) {
  if (::mkdir(directory.c_str(), 0711) != 0 && errno != EEXIST)
    return base::fail_errno(errno, "cannot make {}", directory.string());
  if (::chmod(directory.c_str(), 0711) != 0)
    return base::fail_errno(errno, "cannot change the mode of {}", directory.string());
  return {};
}

}  // namespace

base::Result<fs::path> user_directory(const fs::path& data, const policy::User& user) {
  for (const fs::path& passable : {data, data / "users"}) {
    if (auto made = make_passable(passable); !made) return std::unexpected(made.error());
  }
  fs::path own = data / "users" / user.name;
  if (auto made = make_for(own, user); !made) return std::unexpected(made.error());
  return own;
}

base::Result<> become(const policy::User& user, const fs::path& path) {
  return change(user, path, true);
}

base::Result<> become_for_now(const policy::User& user, const fs::path& path) {
  return change(user, path, false);
}

AsRoot::AsRoot() {
  uid_t real = 0;
  uid_t effective = 0;
  uid_t saved = 0;
  if (::getresuid(&real, &effective, &saved) != 0 || effective == 0 || saved != 0) return;
  if (::seteuid(0) == 0) user_ = effective;
}

// To go on as root would be worse than to end.
AsRoot::~AsRoot() {
  if (user_ != 0 && ::seteuid(user_) != 0) std::terminate();
}

}  // namespace slipway::agent
