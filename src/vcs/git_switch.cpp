// switch_to() of a git working copy, and cloning one that is not there yet.
#include "base/text.h"
#include "vcs/git_config.h"
#include "vcs/git_names.h"
#include "vcs/git_objects.h"
#include "vcs/git_working_copy.h"
#include "vcs/saved_patch.h"
#include "vcs/url.h"

namespace slipway::vcs {
namespace {

using base::ErrorCode;

std::string shown(const fs::path& path) {
  return base::printable(path.string());
}

}  // namespace

// Where the commit is now: in the working copy, or in the one that will take its place.
GitOrigin GitWorkingCopy::prepared(const Io& io) const {
  GitOrigin origin{git(io), seen_ ? seen_->remote(spec_) : "origin"};
  if (staging_) origin.git.settings.directory = staging_->directory();
  return origin;
}

asio::awaitable<base::Result<std::vector<std::string>>> GitWorkingCopy::refs_with(const std::string& revision,
                                                                                  bool ask, Io& io) {
  return vcs::refs_with(prepared(io), revision, ask);
}

asio::awaitable<base::Result<>> GitWorkingCopy::check_signature(const std::string& revision,
                                                                const Signers& signers, Io& io) {
  return vcs::check_signature(prepared(io).git, revision, signers);
}

// Everything happens in the directory beside the place: what is moved there is complete.
asio::awaitable<base::Result<>> GitWorkingCopy::clone(std::string revision, Io& io) {
  auto staging = Staging::create(place_, options_.order_id);
  if (!staging) co_return std::unexpected(staging.error());
  Git in_staging = git(io);
  in_staging.settings.directory = staging->directory();
  if (uses_ssh(spec_.url)) {
    const auto config = co_await ask_git_config(in_staging);
    in_staging.settings.own_ssh_command = config && config->own_ssh_command;
  }
  const Args args = git_clone_args(spec_.url, spec_.branch, staging->directory());
  auto cloned = co_await in_staging.show(args);
  if (!cloned) co_return std::unexpected(cloned.error());
  if (!cloned->ok()) {
    if (classify(cloned->err) == Failure::branch_missing) {
      co_return std::unexpected(missing_branch(spec_.branch, spec_.url));
    }
    co_return std::unexpected(in_staging.error(args, *cloned));
  }
  auto filled = co_await fill_clone(std::move(in_staging), std::move(revision));
  if (filled) staging_.emplace(std::move(*staging));
  co_return filled;
}

namespace {

asio::awaitable<base::Result<bool>> has_commit(const Git& git, std::string revision) {
  auto outcome = co_await git.ask(git_verify_commit_args(revision));
  if (!outcome) co_return std::unexpected(outcome.error());
  co_return outcome->ok();
}

}  // namespace

asio::awaitable<base::Result<>> GitWorkingCopy::fill_clone(Git git, std::string revision) {
  const auto here = co_await has_commit(git, revision);
  if (!here) co_return std::unexpected(here.error());
  if (!*here) {
    FetchSource source{"origin", spec_.url, spec_.branch, "refs/remotes/origin/" + spec_.branch, false};
    IsHere is_here = [&git, &revision] { return has_commit(git, revision); };
    auto fetched = co_await fetch_revision(git, std::move(source), revision, std::move(is_here));
    if (!fetched) co_return fetched;
  }
  auto reset = co_await git.must(git_reset_hard_args(revision));
  if (!reset) co_return std::unexpected(reset.error());
  if (!is_there(git.settings.directory / ".gitmodules")) co_return base::Result<>{};
  co_return co_await update_submodules(git);
}

asio::awaitable<base::Result<>> GitWorkingCopy::switch_to(const std::string& revision, Io& io) {
  if (staging_) {
    auto moved = staging_->move_into_place();
    if (moved) staging_.reset();
    switched_ = moved.has_value();
    co_return moved;
  }
  if (!seen_) co_return base::fail(ErrorCode::conflict, "nothing was prepared in {}", shown(spec_.path));
  if (auto good = check_unmoved(); !good) co_return good;
  const Git git = this->git(io);
  if (!stands_on(revision)) {
    if (auto saved = co_await save_commits(git, io); !saved) co_return saved;
    // A working copy that is half switched would look as if a person had edited it, and block every later
    // order. A cancelled order is to end within 15 seconds all the same.
    Git whole = git;
    whole.settings.patience = std::chrono::seconds{10};
    whole.settings.grace = std::chrono::seconds{3};
    auto reset_done = must_discard() ? co_await discard_and_reset(whole, revision, io)
                                     : co_await reset(whole, revision, io);
    if (!reset_done) co_return reset_done;
    switched_ = true;
    if (seen_->status.branch.empty()) {
      const std::string name = spec_.branch.empty() ? "BRANCH" : spec_.branch;
      auto told =
          io.note(fmt::format("HEAD is detached at {}: a person's `git pull` will not work there until `git "
                              "checkout {}`",
                              short_id(revision), name));
      if (!told) co_return told;
    }
  }
  if (!seen_->layout.has_submodules()) co_return base::Result<>{};
  auto updated = co_await update_submodules(git);
  if (updated) co_return updated;
  co_return std::unexpected(updated.error().context(
      fmt::format("{} is on {}, but its submodules are not", shown(place_.path), short_id(revision))));
}

// A hook ran since check(): it may have committed or pulled.
base::Result<> GitWorkingCopy::check_unmoved() const {
  const auto head = seen_->layout.head_commit();
  if (!head || *head == seen_->status.head) return {};
  return base::fail(ErrorCode::conflict,
                    "somebody moved {} from {} to {} since the check (a hook?); nothing was switched",
                    shown(place_.path), short_id(seen_->status.head), short_id(*head));
}

asio::awaitable<base::Result<>> GitWorkingCopy::save_commits(const Git& git, Io& io) {
  if (!drops_commits_) co_return base::Result<>{};
  const std::string ref = "refs/slipway/saved/" + options_.order_id;
  auto saved = co_await git.must(git_update_ref_args(ref, seen_->status.head));
  if (!saved) co_return std::unexpected(saved.error());
  co_return io.note(fmt::format("kept the local commits as {} (git log {})", ref, ref));
}

asio::awaitable<base::Result<>> GitWorkingCopy::save_patch(const Git& git, Io& io) {
  auto patch = SavedPatch::create(options_);
  if (!patch) co_return std::unexpected(patch.error());
  const Args args = git_patch_args();
  auto outcome =
      co_await git.ask_into(args, [&patch](std::string_view bytes) { return patch->write(bytes); });
  if (!outcome) co_return std::unexpected(outcome.error());
  if (!outcome->ok()) co_return std::unexpected(git.error(args, *outcome));
  auto name = patch->commit();
  if (!name) co_return std::unexpected(name.error());
  co_return io.note(fmt::format("saved the local changes as {} (git apply puts them back)", name->string()));
}

asio::awaitable<base::Result<>> GitWorkingCopy::discard_and_reset(const Git& git, std::string revision,
                                                                  Io& io) {
  if (auto saved = co_await save_patch(git, io); !saved) co_return saved;
  const Args args = git_reset_hard_args(revision);
  auto outcome = co_await git.show(args);
  if (!outcome) co_return std::unexpected(outcome.error());
  if (!outcome->ok()) co_return std::unexpected(git.error(args, *outcome));
  co_return base::Result<>{};
}

asio::awaitable<base::Result<>> GitWorkingCopy::reset(const Git& git, std::string revision, Io& io) {
  const Args args = git_reset_keep_args(revision);
  auto outcome = co_await git.ask(args);
  if (outcome && classify(outcome->err) == Failure::edited) {
    // Touched since the check, or changed: the first is no reason to fail.
    if (auto refreshed = co_await git.ask(git_refresh_args()); !refreshed)
      co_return std::unexpected(refreshed.error());
    outcome = co_await git.ask(args);
    const bool changed = outcome && classify(outcome->err) == Failure::edited;
    if (changed && spec_.local_changes == LocalChanges::discard)
      co_return co_await discard_and_reset(git, revision, io);
  }
  if (!outcome) co_return std::unexpected(outcome.error());
  if (!outcome->ok()) co_return std::unexpected(git.error(args, *outcome));
  co_return base::Result<>{};
}

asio::awaitable<base::Result<>> GitWorkingCopy::update_submodules(const Git& git) {
  for (const Args& args : {git_submodule_sync_args(), git_submodule_update_args()}) {
    auto outcome = co_await git.show_submodules(args);
    if (!outcome) co_return std::unexpected(outcome.error());
    if (!outcome->ok()) co_return std::unexpected(git.error(args, *outcome));
  }
  co_return base::Result<>{};
}

asio::awaitable<void> GitWorkingCopy::tidy() {
  if (!switched_ || !is_worth_a_gc(place_.path / ".git")) co_return;
  Git git;
  git.settings.directory = place_.path;
  git.settings.timeout = std::chrono::hours{1};
  // Nobody waits for it, and what it could not do now it will do another time.
  (void)co_await git.ask(git_gc_args());
}

}  // namespace slipway::vcs
