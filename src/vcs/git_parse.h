// What git prints, read. Pure; takes any bytes: what is malformed is left out or makes an error, never a
// crash. File names stay the bytes that they are; base::to_utf8 is for showing them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vcs/types.h"

namespace slipway::vcs {

// An entry of git status --porcelain=v2 -z that differs from HEAD.
struct GitChange {
  char kind = '1';        // 1 changed, 2 renamed or copied, u unmerged
  std::string xy;         // index and working tree: "M.", ".D"
  std::string submodule;  // "N...", or "S" with c (other commit), m (edited), u
  std::string path;
  std::string original;  // kind 2: where it came from

  bool is_submodule() const { return submodule.starts_with('S'); }
  // Only another commit is checked out in the submodule, which the update will follow: nothing that gets
  // lost.
  bool is_stale_submodule() const {
    return kind == '1' && xy == ".M" && is_submodule() && submodule[2] != 'M';
  }
};

struct GitStatus {
  std::string head;      // empty: no commit yet
  std::string branch;    // empty: detached
  std::string upstream;  // "origin/main"; empty: none
  std::optional<std::size_t> ahead;
  std::vector<GitChange> changes;
};

base::Result<GitStatus> parse_git_status(std::string_view out);

// All paths with local changes: of a rename both.
std::vector<std::string> modified_paths(const GitStatus& status);
std::vector<std::string> unmerged_paths(const GitStatus& status);

// A file that differs between two commits.
struct GitDifference {
  char status = 'M';  // A added, D deleted, M modified, T type changed
  unsigned old_mode = 0;
  unsigned new_mode = 0;
  std::string old_id;
  std::string path;
};

constexpr unsigned submodule_mode = 0160000;

std::vector<GitDifference> parse_git_diff(std::string_view out);

// An entry of git ls-tree -r -l -z.
struct GitTreeEntry {
  unsigned mode = 0;
  std::string id;
  std::optional<std::uint64_t> size;  // none: a submodule, or its content is missing
  std::string path;

  bool is_submodule() const { return mode == submodule_mode; }
};

std::vector<GitTreeEntry> parse_git_list(std::string_view out);

// A submodule of .gitmodules, as git config --get-regexp -z prints it; by path.
struct GitSubmodule {
  std::string url;
  bool wanted = true;  // its "update" is not "none"
};

std::map<std::string, GitSubmodule> parse_git_submodules(std::string_view out);

// key to its last value; git writes keys in lower case.
std::map<std::string, std::string> parse_git_config(std::string_view out);

// name to id; a symbolic ref's target under "ref: NAME".
std::map<std::string, std::string> parse_ls_remote(std::string_view out);

std::vector<Commit> parse_git_log(std::string_view out);

std::vector<std::string> split_at(std::string_view text, char separator);

// The old tip of a branch that git fetch reports as a forced update, as git abbreviated it.
std::optional<std::string> parse_forced_update(std::string_view fetch_err);

// The ids that a reflog mentions, newest first, each once.
std::vector<std::string> parse_reflog(std::string_view file, std::size_t limit);

// Message text as Commit has it.
std::string clean_message(std::string_view bytes);

}  // namespace slipway::vcs
