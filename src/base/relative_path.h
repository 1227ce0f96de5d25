// Paths that must stay inside of the folder that they are relative to. Pure: symbolic links are not looked
// at.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace slipway::base {

// The path in its one spelling: "storage//logs/" is "storage/logs". Refuses what is empty, absolute, goes
// through
// "." or "..", or holds a control character.
Result<std::string> relative_path(std::string_view path);

// Whether `path` is `folder` or lies in it; both as relative_path() writes them.
bool is_inside(std::string_view path, std::string_view folder);

}  // namespace slipway::base
