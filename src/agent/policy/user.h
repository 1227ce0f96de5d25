// A user of this host, as the system knows him.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace slipway::agent::policy {

struct User {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;  // all of them
  std::string home;
  std::string shell;
};

std::optional<User> find_user(const std::string& name);

}  // namespace slipway::agent::policy
