// The queries about a git repository: see vcs.h.
#pragma once

#include "vcs/vcs.h"

namespace slipway::vcs {

asio::awaitable<base::Result<Status>> read_git_status(Spec spec);
asio::awaitable<base::Result<std::string>> resolve_git(Spec spec, std::string wanted,
                                                       fs::path cache_directory);
asio::awaitable<base::Result<CommitPage>> read_git_log(Spec spec, LogQuery query);

}  // namespace slipway::vcs
