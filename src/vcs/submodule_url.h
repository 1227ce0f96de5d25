// The address of a submodule, which .gitmodules may write relative to that of its parent (git-submodule(1),
// "add"). Pure.
#pragma once

#include <string>
#include <string_view>

namespace slipway::vcs {

// "../lib.git" in "https://host/team/app.git" is "https://host/team/lib.git".
std::string submodule_url(std::string_view parent, std::string_view written);

}  // namespace slipway::vcs
