// Where a path leads to, also one that does not exist yet.
#pragma once

#include <filesystem>

#include "base/error.h"

namespace slipway::agent::policy {

// With every symbolic link resolved, also one that leads to nothing: what would be made there counts. What is
// missing is taken as it is written; a ".." behind it is an error, as is a loop of links, and what cannot be
// looked at.
base::Result<std::filesystem::path> real_path(const std::filesystem::path& path);

}  // namespace slipway::agent::policy
