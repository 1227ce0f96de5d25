// The queries about a path with the layout "releases": no lock, no process.
#pragma once

#include "vcs/vcs.h"

namespace slipway::vcs {

asio::awaitable<base::Result<Status>> read_releases_status(Spec spec);

// Without its changed files.
asio::awaitable<base::Result<Status>> read_releases_head(Spec spec);
// Another one when another release is current.
std::string releases_stamp(const Spec& spec);

// `wanted`, if a good release of it is there: going back to it must not need the repository.
std::optional<std::string> released_revision(const Spec& spec, const std::string& wanted);

}  // namespace slipway::vcs
