// Which files of a person stand in the way of a new revision. Paths are relative bytes with '/'.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "vcs/types.h"

namespace slipway::vcs {

// The local paths that an incoming path equals, lies under, or lies above. Pure.
std::vector<std::string> overlapping(const std::vector<std::string>& local,
                                     const std::vector<std::string>& incoming);

struct Addition {
  std::string path;
  bool directory = false;  // a submodule, or a directory of svn
};

// What exists in the working copy where the new revision will add something, although it is not tracked:
// `leaving` are the tracked paths that the new revision removes or replaces.
std::vector<std::string> obstructions(const fs::path& root, const std::vector<Addition>& additions,
                                      const std::set<std::string>& leaving);

}  // namespace slipway::vcs
