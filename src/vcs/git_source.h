// Where a query about git gets its answers: the working copy, or a repository of our own in the cache
// directory.
#pragma once

#include "vcs/git_fetch.h"
#include "vcs/git_layout.h"

namespace slipway::vcs {

struct GitSource {
  Git git;             // runs in the working copy, in the cache, or in / where no repository is needed
  std::string remote;  // "origin" or a url
  std::string url;     // for sentences
  std::string branch;  // empty: the repository's default
  std::optional<GitLayout> layout;  // of the repository in which git runs; none: there is none

  FetchSource fetch_source() const;
};

// The working copy where there is one, otherwise (and in the layout "releases") no repository. Refuses one of
// another url.
asio::awaitable<base::Result<GitSource>> open_git_source(Spec spec);

// Makes sure that there is a repository to fetch into: the working copy, or a bare one in `cache_directory`.
asio::awaitable<base::Result<>> use_cache(GitSource& source, fs::path cache_directory);

// The branch that is meant where none is named.
asio::awaitable<base::Result<>> find_default_branch(GitSource& source);

// A repository's directory in the cache: the same for the same url, and without its credentials.
std::string cache_name(std::string_view url);

// FNV-1a: the same on every host and after an upgrade.
std::uint64_t stable_hash(std::string_view text);

// Removes a ref's lock that no query can be holding any more.
void clear_stale_ref_lock(const fs::path& common_dir, const std::string& ref);

}  // namespace slipway::vcs
