// What all releases share: PATH/shared/logs stands in every release as logs, a relative symbolic link.
#pragma once

#include <string>
#include <vector>

#include "vcs/release_book.h"

namespace slipway::vcs {

// The paths in their one spelling. Refuses what leaves the release (absolute, "..", empty) and what lies in
// another one of them. Pure.
base::Result<std::vector<std::string>> check_shared(const std::vector<std::string>& paths);

// Refuses what would leave PATH/shared through a symbolic link.
base::Result<> check_shared_places(const ReleaseBook& book, const std::vector<std::string>& paths);

bool has_shared_links(const ReleaseBook& book, const std::string& release,
                      const std::vector<std::string>& paths);

// What is not in PATH/shared yet is taken from the release, or made as an empty folder; what is there stays.
base::Result<> link_shared(const ReleaseBook& book, const std::string& release,
                           const std::vector<std::string>& paths);

// Whether the path is one of the shared ones or lies in it.
bool is_shared(const std::string& path, const std::vector<std::string>& shared);

}  // namespace slipway::vcs
