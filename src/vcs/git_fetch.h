// Bringing a commit into a repository: what to try, in which order, and what its absence means.
#pragma once

#include <string>
#include <vector>

#include "vcs/git_tool.h"

namespace slipway::vcs {

struct FetchSource {
  std::string remote;      // "origin" or a url
  std::string url;         // for sentences
  std::string branch;      // empty: none is known
  std::string target_ref;  // where the branch's tip is put
  bool shallow = false;
};

struct FetchAttempt {
  enum class Kind { branch, exact, deepen, everything };
  Kind kind;
  Args args;
};

// Pure.
std::vector<FetchAttempt> fetch_attempts(const FetchSource& source, const std::string& revision);

// Asks after every attempt whether the commit is there now.
using IsHere = std::function<asio::awaitable<base::Result<bool>>()>;

// Fetches until the commit is there. A commit that no attempt brings is not_found, with a sentence; trouble
// with the network ends it at once. Old tips of a force-pushed branch, and a commit that is on no branch, are
// remembered under refs/slipway/known: they are not a person's own commits.
asio::awaitable<base::Result<>> fetch_revision(const Git& git, FetchSource source, std::string revision,
                                               IsHere is_here);

base::Error missing_branch(const std::string& branch, const std::string& url);
base::Error missing_revision(const std::string& revision, const FetchSource& source);

}  // namespace slipway::vcs
