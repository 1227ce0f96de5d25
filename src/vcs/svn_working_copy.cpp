// check() and prepare() of a Subversion working copy.
#include "vcs/svn_working_copy.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "vcs/url.h"

namespace slipway::vcs {
namespace {

using base::ErrorCode;

std::string shown(const fs::path& path) {
  return base::printable(path.string());
}

std::vector<std::string> paths_where(const std::vector<SvnEntry>& entries,
                                     bool (SvnEntry::*condition)() const) {
  std::vector<std::string> paths;
  for (const SvnEntry& entry : entries) {
    if ((entry.*condition)()) paths.push_back(entry.path);
  }
  return paths;
}

bool needs_cleanup(const base::Error& error) {
  return error.code == ErrorCode::conflict && classify(error.message) == Failure::interrupted;
}

bool is_whole(const SvnEntry& entry) {
  return entry.item != "incomplete" && entry.item != "missing";
}

// What the new revision adds where something exists; svn knows whether that is its own.
std::vector<std::string> candidates(const fs::path& root, const std::vector<SvnChange>& changes) {
  std::set<std::string> leaving;
  for (const SvnChange& change : changes) {
    if (change.item == "deleted") leaving.insert(change.path);
  }
  std::vector<std::string> paths;
  for (const SvnChange& change : changes) {
    const bool added = change.item == "added" && change.path != "." && !leaving.contains(change.path);
    if (added && is_there(root / change.path)) paths.push_back(change.path);
  }
  return paths;
}

asio::awaitable<base::Result<std::vector<std::string>>> untracked_of(const Svn& svn,
                                                                     std::vector<std::string> paths) {
  constexpr std::size_t at_once = 500;  // a command line has its limits
  std::vector<std::string> untracked;
  for (std::size_t start = 0; start < paths.size(); start += at_once) {
    const auto first = paths.begin() + static_cast<std::ptrdiff_t>(start);
    const auto last = first + static_cast<std::ptrdiff_t>(std::min(at_once, paths.size() - start));
    auto xml = co_await svn.must(svn_status_of_args({first, last}));
    if (!xml) co_return std::unexpected(xml.error());
    auto entries = parse_svn_status(*xml);
    if (!entries) co_return std::unexpected(entries.error());
    for (std::string& path : paths_where(*entries, &SvnEntry::is_untracked))
      untracked.push_back(std::move(path));
  }
  co_return untracked;
}

}  // namespace

asio::awaitable<base::Result<SvnInfo>> read_svn_info(const Svn& svn, Spec spec) {
  const Args args = svn_info_args();
  auto outcome = co_await svn.ask(args);
  if (!outcome) co_return std::unexpected(outcome.error());
  if (!outcome->ok()) {
    if (classify(outcome->err) == Failure::not_a_working_copy) {
      co_return std::unexpected(why_no_working_copy(svn.settings.directory, Type::svn));
    }
    co_return std::unexpected(svn.error(args, *outcome));
  }
  auto info = parse_svn_info(outcome->out);
  if (!info || spec.url.empty() || svn_identity(info->url) == svn_identity(spec.url)) co_return info;
  co_return base::fail(ErrorCode::conflict,
                       "{} is a working copy of {}, but {} is configured: correct the app's url or "
                       "path, or use `svn switch` there",
                       shown(svn.settings.directory), shown_url(info->url), shown_url(spec.url));
}

Status to_status(const SvnInfo& info, const std::vector<SvnEntry>& entries) {
  Status status;
  status.revision = std::to_string(info.last_changed);
  set_modified(status, paths_where(entries, &SvnEntry::is_modified));
  return status;
}

Svn SvnWorkingCopy::svn(const Io& io) const {
  Svn svn;
  svn.settings = {.directory = place_.path, .timeout = io.timeout};
  svn.url = info_.url.empty() ? spec_.url : info_.url;
  svn.shown = io.output;
  svn.stop = io.stop;
  return svn;
}

bool SvnWorkingCopy::must_discard() const {
  return spec_.local_changes == LocalChanges::discard &&
         std::ranges::any_of(entries_, &SvnEntry::is_modified);
}

asio::awaitable<base::Result<>> SvnWorkingCopy::look(const Svn& svn) {
  auto info = co_await read_svn_info(svn, spec_);
  if (!info) co_return std::unexpected(info.error());
  auto entries = co_await svn.status();
  if (!entries) co_return std::unexpected(entries.error());
  info_ = std::move(*info);
  entries_ = std::move(*entries);
  co_return base::Result<>{};
}

asio::awaitable<base::Result<>> SvnWorkingCopy::clean_up(const Svn& svn, Io& io) {
  auto told = io.note(
      fmt::format("{} was left locked by an svn that was interrupted: svn cleanup", shown(place_.path)));
  if (!told) co_return told;
  auto cleaned = co_await svn.must(svn_cleanup_args());
  if (!cleaned) co_return std::unexpected(cleaned.error());
  co_return co_await look(svn);
}

asio::awaitable<base::Result<Status>> SvnWorkingCopy::check(Io& io) {
  info_ = {};
  entries_.clear();
  staging_.reset();
  nothing_to_do_ = false;
  if (!spec_.url.empty()) {
    if (auto good = check_svn_url(spec_.url); !good) co_return std::unexpected(good.error());
  }
  auto place = look_at(spec_.path, ".svn");
  if (!place) co_return std::unexpected(place.error());
  place_ = std::move(*place);
  if (place_.kind == PlaceKind::missing || place_.kind == PlaceKind::empty) {
    if (!spec_.url.empty()) co_return Status{};
    co_return base::fail(ErrorCode::invalid,
                         "{} is {}, and no url is configured from which it could be checked out",
                         shown(place_.path), place_.kind == PlaceKind::empty ? "empty" : "not there");
  }
  // A folder of a larger working copy has no .svn and is one nevertheless: svn decides.
  const Svn svn = this->svn(io);
  auto looked = co_await look(svn);
  const bool locked =
      looked ? std::ranges::any_of(entries_, &SvnEntry::locked) : needs_cleanup(looked.error());
  if (locked) looked = co_await clean_up(svn, io);
  if (!looked) co_return std::unexpected(looked.error());
  place_.kind = PlaceKind::working_copy;
  if (auto good = check_state(); !good) co_return std::unexpected(good.error());
  co_return to_status(info_, entries_);
}

base::Result<> SvnWorkingCopy::check_state() const {
  if (const auto conflicts = paths_where(entries_, &SvnEntry::is_conflict); !conflicts.empty()) {
    return base::fail(ErrorCode::conflict,
                      "{} has files with unresolved conflicts: {}. Resolve them there (svn resolve), "
                      "or drop the local side (svn revert)",
                      shown(place_.path), name_list(conflicts));
  }
  const auto modified = paths_where(entries_, &SvnEntry::is_modified);
  if (spec_.local_changes != LocalChanges::refuse || modified.empty()) return {};
  return base::fail(ErrorCode::conflict, "{} has local changes in {} {}: {}", shown(place_.path),
                    modified.size(), modified.size() == 1 ? "file" : "files", name_list(modified));
}

asio::awaitable<base::Result<>> SvnWorkingCopy::prepare(const std::string& revision, Io& io) {
  const auto number = parse_revision(revision);
  if (!number) co_return base::fail(ErrorCode::invalid, "'{}' is no svn revision", base::printable(revision));
  if (place_.kind != PlaceKind::working_copy) co_return co_await checkout(*number, io);
  const Svn svn = this->svn(io);
  auto stands = co_await stands_on(svn, *number);
  if (!stands) co_return std::unexpected(stands.error());
  nothing_to_do_ = *stands;
  if (nothing_to_do_) co_return base::Result<>{};
  auto xml = co_await svn.must(svn_changes_args(info_.url, info_.revision, *number));
  if (!xml) co_return std::unexpected(xml.error());
  auto changes = parse_svn_changes(*xml, info_.url);
  if (!changes) co_return std::unexpected(changes.error());
  co_return co_await check_changes(svn, std::move(*changes));
}

// The working copy may be at a higher number, between whose revisions nothing of this url changed.
asio::awaitable<base::Result<bool>> SvnWorkingCopy::stands_on(const Svn& svn, SvnRevision revision) const {
  const bool in_range = info_.last_changed <= revision && revision <= info_.revision;
  if (!in_range || must_discard() || !std::ranges::all_of(entries_, is_whole)) co_return false;
  auto version = co_await svn.must(svn_version_args());
  if (!version) co_return std::unexpected(version.error());
  co_return is_unmixed(*version);
}

asio::awaitable<base::Result<>> SvnWorkingCopy::check_changes(const Svn& svn,
                                                              std::vector<SvnChange> changes) const {
  if (!must_discard()) {
    if (const auto both = svn_overlap(entries_, changes); !both.empty()) {
      co_return base::fail(ErrorCode::conflict,
                           "the new revision would overwrite local changes in {}: {}. Commit, move "
                           "or revert them there first",
                           shown(place_.path), name_list(both));
    }
  }
  const std::vector<std::string> present = candidates(place_.path, changes);
  auto untracked = co_await untracked_of(svn, present);
  if (!untracked) co_return std::unexpected(untracked.error());
  if (untracked->empty()) co_return base::Result<>{};
  co_return base::fail(ErrorCode::conflict,
                       "the new revision brings files that exist in {} already and are not under "
                       "version control: {}. Move them away first",
                       shown(place_.path), name_list(*untracked));
}

asio::awaitable<base::Result<>> SvnWorkingCopy::checkout(SvnRevision revision, Io& io) {
  auto staging = Staging::create(place_, options_.order_id);
  if (!staging) co_return std::unexpected(staging.error());
  Svn beside = svn(io);
  beside.settings.directory = staging->directory();
  const Args args = svn_checkout_args(spec_.url, revision);
  auto outcome = co_await beside.show(args);
  if (!outcome) co_return std::unexpected(outcome.error());
  if (!outcome->ok()) co_return std::unexpected(beside.error(args, *outcome));
  staging_.emplace(std::move(*staging));
  co_return base::Result<>{};
}

}  // namespace slipway::vcs
