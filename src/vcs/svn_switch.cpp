// switch_to() of a Subversion working copy.
#include <algorithm>

#include "base/text.h"
#include "vcs/saved_patch.h"
#include "vcs/svn_working_copy.h"

namespace slipway::vcs {
namespace {

using base::ErrorCode;

constexpr std::string_view conflict_mark = "Summary of conflicts:";

// `svn revert` leaves what was added; it is in the patch, and would stand in the way of the same name.
void remove_added(const fs::path& root, const std::vector<SvnEntry>& entries) {
  std::error_code error;
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    if (entry->item != "added") continue;
    const fs::path path = root / entry->path;
    const bool directory = fs::is_directory(fs::symlink_status(path, error));
    // A directory goes only when it is empty: untracked files in it stay.
    if (!directory || fs::is_empty(path, error)) fs::remove(path, error);
  }
}

std::string skipped_lines(std::string_view output) {
  std::string lines;
  for (std::size_t start = output.find("Skipped '"); start != std::string_view::npos;
       start = output.find("Skipped '", start + 1)) {
    const std::string_view line = output.substr(start, output.find('\n', start) - start);
    lines += (lines.empty() ? "" : ", ") + base::printable(line);
  }
  return lines;
}

}  // namespace

asio::awaitable<base::Result<>> SvnWorkingCopy::switch_to(const std::string& revision, Io& io) {
  if (staging_) {
    auto moved = staging_->move_into_place();
    if (moved) staging_.reset();
    co_return moved;
  }
  if (nothing_to_do_) co_return base::Result<>{};
  const auto number = parse_revision(revision);
  if (!number || place_.kind != PlaceKind::working_copy) {
    co_return base::fail(ErrorCode::conflict, "nothing was prepared in {}",
                         base::printable(spec_.path.string()));
  }
  const Svn svn = this->svn(io);
  if (must_discard()) {
    if (auto done = co_await discard(svn, io); !done) co_return done;
  }
  co_return co_await update(svn, *number);
}

asio::awaitable<base::Result<>> SvnWorkingCopy::discard(const Svn& svn, Io& io) {
  auto patch = SavedPatch::create(options_);
  if (!patch) co_return std::unexpected(patch.error());
  const Args args = svn_patch_args();
  auto outcome =
      co_await svn.ask_into(args, [&patch](std::string_view bytes) { return patch->write(bytes); });
  if (!outcome) co_return std::unexpected(outcome.error());
  if (!outcome->ok()) co_return std::unexpected(svn.error(args, *outcome));
  auto name = patch->commit();
  if (!name) co_return std::unexpected(name.error());
  auto told =
      io.note(fmt::format("saved the local changes as {} (svn patch puts them back)", name->string()));
  if (!told) co_return told;
  auto reverted = co_await svn.must(svn_revert_args());
  if (!reverted) co_return std::unexpected(reverted.error());
  remove_added(place_.path, entries_);
  co_return base::Result<>{};
}

asio::awaitable<base::Result<>> SvnWorkingCopy::update(const Svn& svn, SvnRevision revision) {
  const Args args = svn_update_args(revision);
  auto outcome = co_await svn.show(args);
  if (!outcome) co_return std::unexpected(outcome.error());
  // svn's exit code is 0 after conflicts.
  if (outcome->out.contains(conflict_mark)) {
    co_return std::unexpected(co_await conflicts_after(svn, revision, std::move(outcome->out)));
  }
  if (!outcome->ok()) co_return std::unexpected(svn.error(args, *outcome));
  co_return base::Result<>{};
}

asio::awaitable<base::Error> SvnWorkingCopy::conflicts_after(const Svn& svn, SvnRevision revision,
                                                             std::string output) {
  std::vector<std::string> names;
  if (const auto entries = co_await svn.status()) {
    for (const SvnEntry& entry : *entries) {
      if (entry.is_conflict()) names.push_back(entry.path);
    }
  }
  const std::string skipped = skipped_lines(output);
  std::string what = names.empty() ? skipped : name_list(names);
  if (!names.empty() && !skipped.empty()) what += "; " + skipped;
  co_return base::Error{
      ErrorCode::conflict,
      fmt::format("{} is on revision {}, but with conflicts in {}. Resolve them there (svn resolve), or "
                  "drop the local side (svn revert)",
                  base::printable(place_.path.string()), revision, what)};
}

asio::awaitable<void> SvnWorkingCopy::tidy() {
  co_return;
}

}  // namespace slipway::vcs
