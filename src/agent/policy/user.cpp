#include "agent/policy/user.h"

#include <grp.h>
#include <pwd.h>

namespace slipway::agent::policy {
namespace {

std::vector<gid_t> groups_of(const std::string& name, gid_t own) {
  int count = 64;
  std::vector<gid_t> groups(static_cast<std::size_t>(count));
  if (::getgrouplist(name.c_str(), own, groups.data(), &count) < 0) {
    groups.resize(static_cast<std::size_t>(count));
    if (::getgrouplist(name.c_str(), own, groups.data(), &count) < 0) return {own};
  }
  groups.resize(static_cast<std::size_t>(count));
  return groups;
}

}  // namespace

std::optional<User> find_user(const std::string& name) {
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> room(16384);
  if (::getpwnam_r(name.c_str(), &entry, room.data(), room.size(), &found) != 0 || found == nullptr)
    return std::nullopt;
  return User{name, entry.pw_uid, entry.pw_gid, groups_of(name, entry.pw_gid), entry.pw_dir, entry.pw_shell};
}

}  // namespace slipway::agent::policy
