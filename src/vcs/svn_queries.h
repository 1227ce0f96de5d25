// The queries about a Subversion repository: see vcs.h.
#pragma once

#include "vcs/vcs.h"

namespace slipway::vcs {

asio::awaitable<base::Result<Status>> read_svn_status(Spec spec);
asio::awaitable<base::Result<std::string>> resolve_svn(Spec spec, std::string wanted);
asio::awaitable<base::Result<CommitPage>> read_svn_log(Spec spec, LogQuery query);

}  // namespace slipway::vcs
