// Whether a repository may hold an object, told from its files: one process less in the usual update.
#pragma once

#include <string>

#include "vcs/types.h"

namespace slipway::vcs {

// False: it is certainly not there. `id` is a whole id. docs: gitformat-pack(5), "pack-*.idx".
bool may_hold_object(const fs::path& objects, const std::string& id);

// Whether `git gc --auto` would have something to do in this repository (its .git, or a bare one), by the
// signs that git itself goes by (git-gc(1): gc.auto, gc.autoPackLimit): looking costs less than starting it
// in vain.
bool is_worth_a_gc(const fs::path& repository);

}  // namespace slipway::vcs
