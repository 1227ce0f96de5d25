// What can be learned from the files of a repository without starting git.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "vcs/types.h"

namespace slipway::vcs {

struct GitLayout {
  fs::path work_tree;
  fs::path git_dir;     // HEAD, index
  fs::path common_dir;  // refs, objects; another directory in a linked work tree

  // `work_tree` must have a .git.
  static base::Result<GitLayout> of(const fs::path& work_tree);

  bool has_submodules() const;
  bool is_shallow() const;
  // In bytes: a measure of how many files there are.
  std::uintmax_t index_size() const;

  // The branch that is checked out, also one without commits; none: detached.
  std::optional<std::string> head_branch() const;
  // The commit of HEAD; none: not to be learned this way.
  std::optional<std::string> head_commit() const;
  // The commit of the remote-tracking branch; none: not to be learned this way.
  std::optional<std::string> remote_commit(const std::string& branch) const;
  // Every commit that a remote-tracking branch has pointed to, as far as git remembers.
  std::vector<std::string> remote_history(const std::string& branch) const;

  // Lock files that keep an order from succeeding.
  std::vector<fs::path> locks(const std::string& branch) const;
  // "a merge", "a rebase"; empty: none in progress.
  std::string operation_in_progress() const;

 private:
  std::optional<std::string> read_ref(const std::string& ref) const;
};

// The value of a ref in a packed-refs file. Pure.
std::optional<std::string> find_packed_ref(std::string_view file, std::string_view ref);

// Removes the locks of an order of ours that died; each one that is removed is told to `note`. Another's is
// an error that says what to do.
base::Result<> clear_locks(const std::vector<fs::path>& locks, std::optional<base::Time> own_since,
                           const std::function<base::Result<>(std::string_view)>& note);

}  // namespace slipway::vcs
