// The rules for names, paths, branches and URLs, as pure functions on valid UTF-8. Each returns what is wrong
// with the text and what was expected, or nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/config/config.h"

namespace slipway::server::config {

Complaint check_name(std::string_view name);       // of an app or a node
Complaint check_node_path(std::string_view path);  // POSIX or Windows, whatever this machine is
Complaint check_branch(std::string_view branch);
Complaint check_url(std::string_view url, VcsType type);

// Two paths with the same key are the same directory, as far as their spelling tells.
std::string path_key(std::string_view path);

}  // namespace slipway::server::config
