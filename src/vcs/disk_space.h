// How much room a disk has, asked before anything is written to it.
#pragma once

#include <cstdint>
#include <string>

#include "vcs/types.h"

namespace slipway::vcs {

// An error that says how much is there and how much is needed. `path` may not exist yet: the nearest folder
// above it counts. A little is always left free, for what others write meanwhile.
base::Result<> check_room(const fs::path& path, std::uint64_t bytes);

// "1.5 GiB".
std::string shown_size(std::uint64_t bytes);

}  // namespace slipway::vcs
