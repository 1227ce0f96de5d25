// check() and prepare() of the layout "releases".
#include "vcs/releases_working_copy.h"

#include <algorithm>

#include "base/text.h"
#include "vcs/disk_space.h"
#include "vcs/git_names.h"
#include "vcs/held_lock.h"
#include "vcs/place.h"
#include "vcs/release_cleaning.h"
#include "vcs/release_shared.h"
#include "vcs/svn_commands.h"
#include "vcs/url.h"

namespace slipway::vcs {
namespace {

using base::ErrorCode;

std::string shown(const fs::path& path) {
  return base::printable(path.string());
}

base::Result<> check_revision(Type type, const std::string& revision) {
  const bool good = type == Type::git ? is_full_id(revision) : parse_revision(revision).has_value();
  if (good && !revision.starts_with('r')) return {};
  return base::fail(ErrorCode::invalid, "'{}' is no {}", base::printable(revision),
                    type == Type::git ? "whole commit id" : "svn revision");
}

base::Result<> check_url(const Spec& spec) {
  if (spec.url.empty())
    return base::fail(ErrorCode::invalid,
                      "an app with the layout \"releases\" needs a url: releases are made from "
                      "the repository, not from a working copy");
  auto good = spec.type == Type::git ? check_git_url(spec.url) : check_svn_url(spec.url);
  if (!good || spec.branch.empty()) return good;
  return check_branch_name(spec.branch);
}

}  // namespace

ReleasesWorkingCopy::ReleasesWorkingCopy(Spec spec, WorkingCopyOptions options)
    : spec_(std::move(spec)),
      options_(std::move(options)),
      content_(make_release_content(spec_, options_.cache_directory)) {}

base::Result<> ReleasesWorkingCopy::check_spec() {
  if (auto good = check_url(spec_); !good) return good;
  auto shared = check_shared(spec_.releases->shared);
  if (!shared) return std::unexpected(shared.error());
  shared_ = std::move(*shared);
  return {};
}

asio::awaitable<base::Result<Status>> ReleasesWorkingCopy::check(Io& io) {
  if (auto good = check_spec(); !good) co_return std::unexpected(good.error());
  auto place = look_at_releases(spec_.path);
  if (!place) co_return std::unexpected(place.error());
  place_ = std::move(*place);
  if (place_.exists && !lock_) {
    if (auto locked = co_await lock(io); !locked) co_return std::unexpected(locked.error());
  }
  // Again: the order before may have been at its end.
  if (auto looked = co_await look(); !looked) co_return std::unexpected(looked.error());
  if (auto good = check_changes(); !good) co_return std::unexpected(good.error());
  Status status;
  if (const auto current = book().find(place_.current)) status.revision = current->revision;
  set_modified(status, changed_);
  co_return status;
}

asio::awaitable<base::Result<>> ReleasesWorkingCopy::lock(Io& io) {
  auto lock = co_await hold_lock(
      {book().lock_file(),
       fmt::format("another order is at work on {}; try again when it has ended", shown(book().root())),
       std::min<base::Millis>(io.timeout, std::chrono::minutes{2}), io.stop});
  if (!lock) co_return std::unexpected(lock.error());
  lock_ = std::move(*lock);
  co_return base::Result<>{};
}

asio::awaitable<base::Result<>> ReleasesWorkingCopy::look() {
  auto place = look_at_releases(spec_.path);
  if (!place) co_return std::unexpected(place.error());
  place_ = std::move(*place);
  if (auto good = check_shared_places(book(), shared_); !good) co_return good;
  changed_.clear();
  if (!place_.current.empty()) {
    const MadeFiles files = load_files(book().file_list(place_.current));
    changed_ = co_await touched_files(book().directory(place_.current), files);
  }
  co_return base::Result<>{};
}

base::Result<> ReleasesWorkingCopy::check_changes() const {
  if (spec_.local_changes != LocalChanges::refuse || changed_.empty()) return {};
  return base::fail(ErrorCode::conflict, "the current release {} has local changes in {} {}: {}",
                    shown(book().directory(place_.current)), changed_.size(),
                    changed_.size() == 1 ? "file" : "files", name_list(changed_));
}

base::Result<> ReleasesWorkingCopy::tell_changes(Io& io) const {
  if (changed_.empty()) return {};
  return io.note(
      fmt::format("{} {} changed in the release {} since it was made, and {} not be in the new one: {}",
                  changed_.size(), changed_.size() == 1 ? "file was" : "files were", place_.current,
                  changed_.size() == 1 ? "that will" : "they will", name_list(changed_)));
}

asio::awaitable<base::Result<>> ReleasesWorkingCopy::prepare(const std::string& revision, Io& io) {
  if (auto good = check_revision(spec_.type, revision); !good) co_return good;
  if (auto usable = co_await find_usable(revision)) {
    target_ = std::move(*usable);
    if (is_current(*target_)) co_return base::Result<>{};
    if (auto told = io.note(fmt::format("the release {} is still there", target_->name)); !told)
      co_return told;
    co_return tell_changes(io);
  }
  if (auto told = tell_changes(io); !told) co_return told;
  auto built = co_await build(revision, io);
  // Files are taken from the repository's copy no more: other apps may have it.
  content_ = make_release_content(spec_, options_.cache_directory);
  co_return built;
}

std::vector<Release> ReleasesWorkingCopy::current_first() const {
  std::vector<Release> releases = book().releases();
  const auto current = std::ranges::find(releases, place_.current, &Release::name);
  if (current != releases.end()) std::rotate(releases.begin(), current, current + 1);
  return releases;
}

// The current release keeps a person's changes, as a working copy in place does; another one is served again
// only as its revision has it.
asio::awaitable<bool> ReleasesWorkingCopy::is_usable(Release release, std::string revision) const {
  if (release.revision != revision || release.repository != content_->repository()) co_return false;
  if (!has_shared_links(book(), release.name, shared_)) co_return false;
  if (is_current(release)) co_return changed_.empty() || spec_.local_changes != LocalChanges::discard;
  if (release.state != ReleaseState::good || !is_there(book().directory(release.name))) co_return false;
  const MadeFiles files = load_files(book().file_list(release.name));
  if (files.empty()) co_return false;
  const auto changed = co_await touched_files(book().directory(release.name), files);
  co_return changed.empty();
}

asio::awaitable<std::optional<Release>> ReleasesWorkingCopy::find_usable(std::string revision) const {
  for (Release& release : current_first()) {
    if (co_await is_usable(release, revision)) co_return std::move(release);
  }
  co_return std::nullopt;
}

std::vector<Donor> ReleasesWorkingCopy::donors() const {
  constexpr std::size_t enough = 3;
  std::vector<Release> releases = current_first();
  std::erase_if(releases, [this](const Release& one) {
    return (one.state != ReleaseState::good && !is_current(one)) || one.repository != content_->repository();
  });
  std::vector<Donor> donors;
  for (const Release& release : releases) {
    if (donors.size() == enough) break;
    donors.push_back({release.name, load_files(book().file_list(release.name))});
  }
  return donors;
}

asio::awaitable<base::Result<>> ReleasesWorkingCopy::build(std::string revision, Io& io) {
  if (auto made = co_await make_room(io); !made) co_return made;
  if (auto made = book().create(); !made) co_return made;
  if (!lock_) {
    if (auto locked = co_await lock(io); !locked) co_return locked;
  }
  auto files = co_await content_->bring(revision, io);
  if (!files) co_return std::unexpected(files.error());
  auto plan = co_await this->plan(*files, io);
  if (!plan) co_return std::unexpected(plan.error());
  Release release{release_name(base::now(), revision, taken_names(book())), ReleaseState::building, revision,
                  content_->repository()};
  if (auto added = book().add(release); !added) co_return added;
  target_ = release;
  built_ = true;
  auto done = co_await carry_out(std::move(*plan), book(), release.name, shared_, *content_, io);
  if (!done) co_return done;
  co_return book().mark(*target_, ReleaseState::ready);
}

// What can be removed is removed before somebody is told that there is no room.
asio::awaitable<base::Result<BuildPlan>> ReleasesWorkingCopy::plan(const std::vector<ReleaseFile>& files,
                                                                   Io& io) {
  auto plan = co_await plan_build(files, donors(), book(), shared_, io);
  if (!plan || check_room(book().root(), plan->bytes)) co_return plan;
  co_await clean_releases(book(), *spec_.releases, [&io](std::string_view line) { (void)io.note(line); });
  plan = co_await plan_build(files, donors(), book(), shared_, io);
  if (!plan) co_return plan;
  if (auto room = check_room(book().root(), plan->bytes); !room) co_return std::unexpected(room.error());
  co_return plan;
}

// Nothing is known yet of how much there will be to fetch: a disk that is full already is told at once.
asio::awaitable<base::Result<>> ReleasesWorkingCopy::make_room(Io& io) const {
  if (place_.exists) {
    if (auto removed = remove_leftovers(book()); !removed) co_return removed;
    if (!check_room(book().root(), 0))
      co_await clean_releases(book(), *spec_.releases, [&io](std::string_view line) { (void)io.note(line); });
  }
  if (auto room = check_room(book().root(), 0); !room) co_return room;
  co_return check_room(options_.cache_directory, 0);
}

}  // namespace slipway::vcs
