// The values of this library, without its coroutines: what is asked for and what was found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/time.h"

namespace slipway::vcs {

namespace fs = std::filesystem;

enum class Type { git, svn };

// What happens to files that a person changed on the host.
enum class LocalChanges {
  keep,     // they survive; one that the new revision would overwrite fails the deployment before any change
  refuse,   // any local change fails the deployment before any change
  discard,  // they are saved as a patch, then dropped
};

// The layout "releases": PATH/releases/<time>-<revision>, PATH/shared, and PATH/current, a symbolic link to
// one of the releases. docs/adr/0010-releases.md
struct ReleasesSpec {
  std::vector<std::string> shared;  // relative paths that every release gets from PATH/shared by a link
  std::size_t keep_releases = 5;    // good ones, the current and the previous one among them
  std::uint64_t keep_bytes = 0;     // a budget for all of them together; 0: none
  bool keep_failed = false;
};

// Whose commits may be deployed: the content of a file as git's gpg.ssh.allowedSignersFile, and of a file of
// OpenPGP public keys; empty: none.
struct Signers {
  std::string allowed_signers;
  std::string keyring;
};

struct Spec {
  Type type = Type::git;
  std::string url;     // may be empty where the working copy exists already
  std::string branch;  // git only; empty: the branch that is checked out, else the repository's default
  fs::path path;       // absolute
  LocalChanges local_changes = LocalChanges::keep;
  std::optional<ReleasesSpec> releases = {};  // none: the path itself is the working copy
};

struct Commit {
  std::string revision;
  std::string author;
  base::Time time;
  std::string message;  // UTF-8, line ends \n, no trailing ones; may be empty; cut at 64 KiB
};

struct CommitPage {
  std::vector<Commit> commits;  // newest first
  bool more = false;            // older ones follow
};

struct Status {
  // Empty: nothing there yet (missing or empty path). svn: the last revision that changed the working copy's
  // URL, as resolve() gives it and as the history lists it; `svn update` may have printed a higher number.
  std::string revision;
  std::string branch;  // empty: detached head, or svn
  std::vector<std::string>
      modified;  // files with local changes, at most 100, UTF-8; untracked ones do not count
  std::size_t modified_total = 0;
};

struct WorkingCopyOptions {
  fs::path patch_directory;  // where `discard` saves local changes
  std::string order_id;      // part of the names of what is saved
  // A lock file (git's index.lock) that is not older than this was left by an order of ours that died, and is
  // removed; an older one is somebody else's and is reported.
  std::optional<base::Time> own_lock_since;
  // The revision that the order will ask for. A git working copy that keeps its local changes whatever they
  // are is then not searched for them by check(), and its status may name none: prepare() looks at the files
  // that will change, and nothing is switched where it stands on the revision already.
  std::string target = {};
  // Where repositories are kept from which releases are made, shared by all apps of this host.
  fs::path cache_directory = {};
};

struct LogQuery {
  std::size_t limit = 20;
  std::string before;        // a revision of the history; only what comes after it in the list (older ones)
  fs::path cache_directory;  // where a repository may be kept whose working copy does not exist yet
};

}  // namespace slipway::vcs
