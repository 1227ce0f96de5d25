// Looking at a git working copy, and whether an order may touch it.
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "vcs/git_config.h"
#include "vcs/git_working_copy.h"
#include "vcs/url.h"

namespace slipway::vcs {
namespace {

using base::ErrorCode;

// Bytes; some thousand files.
constexpr std::uintmax_t small_index = std::uintmax_t{256} << 10U;

// A relative path in the configuration of a repository is relative to its working tree.
std::string origin_identity(const GitSeen& seen) {
  const bool is_path = !seen.origin.contains(':') && !seen.origin.starts_with('/');
  return git_identity(is_path ? (seen.layout.work_tree / seen.origin).lexically_normal().string()
                              : seen.origin);
}

std::string shown(const GitSeen& seen) {
  return base::printable(seen.layout.work_tree.string());
}

base::Result<> check_branch(const GitSeen& seen, const Spec& spec) {
  const std::string& branch = seen.status.branch;
  if (spec.branch.empty() || branch.empty() || branch == spec.branch) return {};
  return base::fail(
      ErrorCode::conflict,
      "in {} the branch '{}' is checked out, but '{}' is configured: run `git checkout {}` there, or change "
      "the app's branch in server.json",
      shown(seen), base::printable(branch), spec.branch, spec.branch);
}

base::Result<> check_unfinished(const GitSeen& seen) {
  if (const auto unmerged = unmerged_paths(seen.status); !unmerged.empty()) {
    return base::fail(ErrorCode::conflict,
                      "{} has files with unresolved conflicts: {}. Resolve them there, or give up "
                      "with `git merge --abort` or `git reset --merge`",
                      shown(seen), name_list(unmerged));
  }
  if (const std::string operation = seen.layout.operation_in_progress(); !operation.empty()) {
    return base::fail(ErrorCode::conflict, "{} is in the middle of {}: finish or abort it there first",
                      shown(seen), operation);
  }
  return {};
}

base::Result<> check_local_changes(const GitSeen& seen, const Spec& spec) {
  const std::vector<std::string> modified = modified_paths(seen.status);
  if (spec.local_changes != LocalChanges::refuse || modified.empty()) return {};
  return base::fail(ErrorCode::conflict, "{} has local changes in {} {}: {}", shown(seen), modified.size(),
                    modified.size() == 1 ? "file" : "files", name_list(modified));
}

bool is_ours(const fs::path& path) {
  struct stat info{};
  return ::stat(path.c_str(), &info) == 0 && info.st_uid == ::geteuid();
}

// Submodules may have been left on another commit: they are worth a look. What belongs to somebody else is
// for git to judge (git-config(1), safe.directory).
bool tells_enough(const GitLayout& layout, const std::string& target) {
  return !target.empty() && layout.head_commit() && !layout.has_submodules() && is_ours(layout.work_tree);
}

// Without local commits, and without conflicts: what is left to be found are edits.
bool is_plain(const GitSeen& seen) {
  const std::string& branch = seen.status.branch;
  return !branch.empty() && seen.layout.remote_commit(branch) == seen.status.head && read_git_index(seen);
}

// What most orders need to know at first stands in the repository's files. False: git has to be asked.
bool read_without_git(GitSeen& seen, const std::string& target) {
  if (!tells_enough(seen.layout, target)) return false;
  seen.status.head = seen.layout.head_commit().value_or("");
  seen.status.branch = seen.layout.head_branch().value_or("");
  // Nothing will be switched there, so edits need no search.
  if (seen.status.head == target) return true;
  if (!is_plain(seen)) return false;
  seen.status.upstream = "origin/" + seen.status.branch;
  seen.status.ahead = 0;
  seen.searched = false;
  return true;
}

}  // namespace

asio::awaitable<base::Result<GitStatus>> read_git_status(Git git) {
  auto out = co_await git.must(git_status_args());
  if (!out) co_return std::unexpected(out.error());
  co_return parse_git_status(*out);
}

// In a large tree git writes down what it saw, and has less to look at the next time; in a small one taking
// the lock for that costs more than it saves.
asio::awaitable<base::Result<GitStatus>> search_git_changes(Git git, const GitLayout& layout) {
  git.settings.read_only = layout.index_size() < small_index;
  co_return co_await read_git_status(std::move(git));
}

std::optional<GitIndex> read_git_index(const GitSeen& seen) {
  return GitIndex::read(seen.layout.git_dir / "index", seen.status.head.size() / 2);
}

asio::awaitable<base::Result<GitSeen>> look_at_git(Git git, Place place, std::string target) {
  GitSeen seen;
  auto layout = GitLayout::of(place.path);
  if (!layout) co_return std::unexpected(layout.error());
  seen.layout = std::move(*layout);
  if (!read_without_git(seen, target)) {
    auto read = co_await search_git_changes(git, seen.layout);
    if (!read) co_return std::unexpected(read.error());
    seen.status = std::move(*read);
  }
  auto config = co_await read_git_config(git, seen.layout);
  if (!config) co_return std::unexpected(config.error());
  seen.origin = std::move(config->origin);
  seen.own_ssh_command = config->own_ssh_command;
  co_return seen;
}

base::Result<> check_origin(const GitSeen& seen, const Spec& spec) {
  if (seen.origin.empty() && spec.url.empty()) {
    return base::fail(ErrorCode::conflict,
                      "{} has no remote 'origin', and no url is configured: where should its "
                      "commits come from?",
                      shown(seen));
  }
  if (seen.origin.empty() || spec.url.empty() || origin_identity(seen) == git_identity(spec.url)) return {};
  return base::fail(ErrorCode::conflict,
                    "{} is a working copy of {}, but {} is configured: correct the app's url or "
                    "path, or move the directory away to have it cloned",
                    shown(seen), shown_url(seen.origin), shown_url(spec.url));
}

base::Result<> check_state(const GitSeen& seen, const Spec& spec) {
  if (seen.status.head.empty()) {
    return base::fail(ErrorCode::conflict,
                      "{} is a repository without a commit: nothing to update. Remove the directory "
                      "to have it cloned, or run `git pull` there once",
                      shown(seen));
  }
  if (auto good = check_unfinished(seen); !good) return good;
  if (auto good = check_branch(seen, spec); !good) return good;
  return check_local_changes(seen, spec);
}

Status to_status(const GitStatus& git) {
  Status status;
  status.revision = git.head;
  status.branch = base::to_utf8(git.branch);
  set_modified(status, modified_paths(git));
  return status;
}

}  // namespace slipway::vcs
