// Whether a repository may hold an object, told from its files: one process less in the usual update.
#pragma once

#include <string>

#include "vcs/types.h"

namespace slipway::vcs {

// False: it is certainly not there. `id` is a whole id. docs: gitformat-pack(5), "pack-*.idx".
bool may_hold_object(const fs::path& objects, const std::string& id);

}  // namespace slipway::vcs
