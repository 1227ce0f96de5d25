// The queries about a path with the layout "releases": no lock, no process.
#pragma once

#include "vcs/vcs.h"

namespace slipway::vcs {

asio::awaitable<base::Result<Status>> read_releases_status(Spec spec);

// `wanted`, if a good release of it is there: going back to it must not need the repository.
std::optional<std::string> released_revision(const Spec& spec, const std::string& wanted);

}  // namespace slipway::vcs
