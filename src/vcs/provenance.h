// Where a commit comes from: the branches and tags that have it, and who signed it. For git alone; a
// repository of our own or a working copy.
#pragma once

#include <string>
#include <vector>

#include "vcs/git_tool.h"
#include "vcs/types.h"

namespace slipway::vcs {

// Where the commit lies on this host, and where it came from.
struct GitOrigin {
  Git git;
  std::string remote;  // a name or a url
};

// "refs/heads/main", "refs/tags/v1": as the repository had them when it was asked last; `ask`: now.
asio::awaitable<base::Result<std::vector<std::string>>> refs_with(GitOrigin origin, std::string revision,
                                                                  bool ask);

// An error (conflict) where the commit is not signed by one of them. Files of theirs are made in a temporary
// folder that goes again.
asio::awaitable<base::Result<>> check_signature(Git git, std::string revision, Signers signers);

enum class SignatureKind { none, ssh, openpgp, other };

// Of a commit as `git cat-file` prints it. Pure.
SignatureKind signature_of(std::string_view commit);

}  // namespace slipway::vcs
