// check() and prepare() of a git working copy.
#include "vcs/git_working_copy.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "vcs/git_names.h"
#include "vcs/git_objects.h"
#include "vcs/overlap.h"
#include "vcs/url.h"

namespace slipway::vcs {
namespace {

using base::ErrorCode;

base::Result<> check_spec(const Spec& spec) {
  if (!spec.url.empty()) {
    if (auto good = check_git_url(spec.url); !good) return good;
  }
  return spec.branch.empty() ? base::Result<>{} : check_branch_name(spec.branch);
}

std::string shown(const Place& place) {
  return base::printable(place.path.string());
}

// What a person took out of the index with `git rm --cached`: git thinks it is untracked, and a hard reset
// would overwrite it.
std::vector<std::string> removed_but_present(const GitSeen& seen) {
  std::vector<std::string> paths;
  for (const GitChange& change : seen.status.changes) {
    const std::string& path = change.kind == '2' ? change.original : change.path;
    const bool removed = change.xy[0] == 'D' || change.xy[0] == 'R';
    if (removed && is_there(seen.layout.work_tree / path)) paths.push_back(path);
  }
  return paths;
}

std::vector<std::string> edited_submodules(const GitStatus& status) {
  std::vector<std::string> paths;
  for (const GitChange& change : status.changes) {
    if (change.is_submodule() && change.submodule[2] == 'M') paths.push_back(change.path);
  }
  return paths;
}

base::Result<> check_discardable(const GitSeen& seen) {
  if (const auto edited = edited_submodules(seen.status); !edited.empty()) {
    return base::fail(ErrorCode::conflict,
                      "local changes in a submodule cannot be saved as a patch: commit or drop them "
                      "there first: {}",
                      name_list(edited));
  }
  if (const auto present = removed_but_present(seen); !present.empty()) {
    return base::fail(ErrorCode::conflict,
                      "these files were removed from git but still exist, and dropping the local "
                      "changes would overwrite them: {}",
                      name_list(present));
  }
  return {};
}

}  // namespace

Git GitWorkingCopy::git(const Io& io) const {
  Git git;
  git.settings.directory = place_.path;
  git.settings.timeout = io.timeout;
  git.settings.own_ssh_command = seen_ && seen_->own_ssh_command;
  git.url = seen_ ? seen_->url(spec_) : spec_.url;
  git.shown = io.output;
  git.stop = io.stop;
  return git;
}

FetchSource GitWorkingCopy::source() const {
  return {seen_->remote(spec_), seen_->url(spec_), branch(), "refs/remotes/origin/" + branch(),
          seen_->layout.is_shallow()};
}

bool GitWorkingCopy::stands_on(const std::string& revision) const {
  return seen_ && seen_->status.head == revision && !must_discard();
}

bool GitWorkingCopy::must_discard() const {
  return spec_.local_changes == LocalChanges::discard && seen_ && !modified_paths(seen_->status).empty();
}

asio::awaitable<base::Result<Status>> GitWorkingCopy::check(Io& io) {
  seen_.reset();
  staging_.reset();
  drops_commits_ = false;
  if (auto good = check_spec(spec_); !good) co_return std::unexpected(good.error());
  auto place = look_at(spec_.path, ".git");
  if (!place) co_return std::unexpected(place.error());
  place_ = std::move(*place);
  if (place_.kind == PlaceKind::other) co_return std::unexpected(why_no_working_copy(place_.path, Type::git));
  if (place_.kind != PlaceKind::working_copy) {
    if (spec_.url.empty()) {
      co_return base::fail(ErrorCode::invalid,
                           "{} is {}, and no url is configured from which it could be cloned", shown(place_),
                           place_.kind == PlaceKind::empty ? "empty" : "not there");
    }
    co_return Status{};
  }
  const bool keeps = spec_.local_changes == LocalChanges::keep;
  auto seen = co_await look_at_git(git(io), place_, keeps ? options_.target : "");
  if (!seen) co_return std::unexpected(seen.error());
  seen_ = std::move(*seen);
  if (auto good = check_origin(*seen_, spec_); !good) co_return std::unexpected(good.error());
  if (auto good = clear_locks(seen_->layout.locks(branch()), options_.own_lock_since, io.note); !good) {
    co_return std::unexpected(good.error());
  }
  if (auto good = check_state(*seen_, spec_); !good) co_return std::unexpected(good.error());
  co_return to_status(seen_->status);
}

asio::awaitable<base::Result<>> GitWorkingCopy::prepare(const std::string& revision, Io& io) {
  if (!is_full_id(revision)) {
    co_return base::fail(ErrorCode::invalid, "'{}' is not a whole commit id", base::printable(revision));
  }
  if (place_.kind != PlaceKind::working_copy) co_return co_await clone(revision, io);
  if (stands_on(revision)) co_return base::Result<>{};
  const Git git = this->git(io);
  auto differences = co_await bring(git, revision);
  if (!differences) co_return std::unexpected(differences.error());
  if (auto searched = co_await search(git, *differences); !searched) co_return searched;
  if (auto good = check_files(*differences); !good) co_return good;
  co_return co_await check_commits(git, revision);
}

asio::awaitable<base::Result<std::optional<GitWorkingCopy::Differences>>> GitWorkingCopy::differences(
    const Git& git, std::string revision) {
  auto outcome = co_await git.ask(git_diff_args(seen_->status.head, revision));
  if (!outcome) co_return std::unexpected(outcome.error());
  if (outcome->ok()) co_return parse_git_diff(outcome->out);
  const Failure failure = classify(outcome->err);
  if (failure == Failure::revision_missing || failure == Failure::incomplete) co_return std::nullopt;
  co_return std::unexpected(git.error({"diff-tree"}, *outcome));
}

// The comparison serves as the test whether the commit is there: one process for both.
asio::awaitable<base::Result<GitWorkingCopy::Differences>> GitWorkingCopy::bring(const Git& git,
                                                                                 std::string revision) {
  base::Result<std::optional<Differences>> found = std::nullopt;
  if (may_hold_object(seen_->layout.common_dir / "objects", revision))
    found = co_await differences(git, revision);
  if (!found) co_return std::unexpected(found.error());
  if (*found) co_return std::move(**found);
  IsHere is_here = [this, &git, &revision, &found] { return compare_into(git, revision, found); };
  auto fetched = co_await fetch_revision(git, source(), revision, std::move(is_here));
  if (!fetched) co_return std::unexpected(fetched.error());
  co_return std::move(**found);
}

asio::awaitable<base::Result<bool>> GitWorkingCopy::compare_into(
    const Git& git, std::string revision, base::Result<std::optional<Differences>>& found) {
  found = co_await differences(git, std::move(revision));
  if (!found) co_return std::unexpected(found.error());
  co_return found->has_value();
}

asio::awaitable<base::Result<>> GitWorkingCopy::search(const Git& git, const Differences& differences) {
  if (seen_->searched) co_return base::Result<>{};
  const auto index = read_git_index(*seen_);
  const auto is_untouched = [&](const GitDifference& difference) {
    return index->is_untouched(seen_->layout.work_tree, difference);
  };
  if (index && std::ranges::all_of(differences, is_untouched)) co_return base::Result<>{};
  auto status = co_await search_git_changes(git, seen_->layout);
  if (!status) co_return std::unexpected(status.error());
  seen_->status.changes = std::move(status->changes);
  seen_->searched = true;
  co_return check_state(*seen_, spec_);
}

base::Result<> GitWorkingCopy::check_files(const Differences& differences) const {
  std::vector<std::string> incoming;
  std::vector<Addition> additions;
  std::set<std::string> leaving;
  for (const GitDifference& difference : differences) {
    incoming.push_back(difference.path);
    if (difference.old_mode != 0) leaving.insert(difference.path);
    if (difference.new_mode != 0 && (difference.old_mode == 0 || difference.old_mode == submodule_mode)) {
      additions.push_back({difference.path, difference.new_mode == submodule_mode});
    }
  }
  if (must_discard()) {
    if (auto good = check_discardable(*seen_); !good) return good;
  } else if (const auto both = overlapping(modified_paths(seen_->status), incoming); !both.empty()) {
    return base::fail(ErrorCode::conflict,
                      "the new revision would overwrite local changes in {}: {}. Commit, move or "
                      "revert them there first",
                      shown(place_), name_list(both));
  }
  if (const auto files = obstructions(place_.path, additions, leaving); !files.empty()) {
    return base::fail(ErrorCode::conflict,
                      "the new revision brings files that exist in {} already and are not under "
                      "version control: {}. Move them away first",
                      shown(place_), name_list(files));
  }
  return {};
}

asio::awaitable<base::Result<>> GitWorkingCopy::check_commits(const Git& git, std::string revision) {
  const GitStatus& status = seen_->status;
  // The usual case costs no process: git status has counted the commits that the remote branch lacks.
  if (status.ahead == 0 && status.upstream == "origin/" + status.branch) co_return base::Result<>{};
  auto out = co_await git.must(
      git_local_commits_args(status.head, revision, seen_->layout.remote_history(branch())));
  if (!out) co_return std::unexpected(out.error());
  const std::vector<std::string> commits = split_at(*out, '\0');
  drops_commits_ = !commits.empty();
  if (commits.empty() || spec_.local_changes == LocalChanges::discard) co_return base::Result<>{};
  co_return base::fail(ErrorCode::conflict,
                       "{} has commits that were never pushed and that the switch would drop: {}. "
                       "Push them, or move them to a branch of their own",
                       shown(place_), name_list(commits));
}

}  // namespace slipway::vcs
