// What can be told of a working copy without searching its tree.
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "vcs/git_layout.h"
#include "vcs/git_queries.h"
#include "vcs/place.h"
#include "vcs/release_queries.h"
#include "vcs/svn_queries.h"
#include "vcs/svn_working_copy.h"

namespace slipway::vcs {
namespace {

// Another one whenever the file was written or replaced.
std::string stamp_of_file(const fs::path& file) {
  struct stat info{};
  if (::stat(file.c_str(), &info) != 0) return "-";
  return fmt::format("{}.{}.{}.{}", info.st_ino, info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
}

std::string git_stamp(const fs::path& work_tree) {
  const auto layout = GitLayout::of(work_tree);
  if (!layout) return {};
  const auto head = base::read_file(layout->git_dir / "HEAD", 4096);
  if (!head) return {};
  constexpr std::string_view key = "ref: ";
  const fs::path ref = head->starts_with(key) ? layout->common_dir / base::trim(head->substr(key.size()))
                                              : layout->git_dir / "HEAD";
  return base::join({*head, stamp_of_file(ref), stamp_of_file(layout->common_dir / "packed-refs"),
                     stamp_of_file(layout->git_dir / "index")},
                    " ");
}

std::string svn_stamp(const fs::path& working_copy) {
  const std::string stamp = stamp_of_file(working_copy / ".svn/wc.db");
  return stamp == "-" ? std::string{} : stamp;
}

asio::awaitable<base::Result<Status>> read_git_head(Spec spec) {
  const auto place = look_at(spec.path, ".git");
  const bool there = place && place->kind == PlaceKind::working_copy;
  const auto layout = there ? std::optional(GitLayout::of(place->path)) : std::nullopt;
  const auto commit = layout && *layout ? (*layout)->head_commit() : std::nullopt;
  // What is not to be learned from plain files is for git to tell.
  if (!commit) co_return co_await read_git_status(std::move(spec));
  co_return Status{.revision = *commit, .branch = base::to_utf8((*layout)->head_branch().value_or(""))};
}

asio::awaitable<base::Result<Status>> read_svn_head(Spec spec) {
  const auto place = look_at(spec.path, ".svn");
  if (!place) co_return std::unexpected(place.error());
  if (place->kind != PlaceKind::working_copy) co_return co_await read_svn_status(std::move(spec));
  Svn svn;
  svn.url = spec.url;
  svn.settings.directory = place->path;
  const auto info = co_await read_svn_info(svn, std::move(spec));
  if (!info) co_return std::unexpected(info.error());
  co_return to_status(*info, {});
}

}  // namespace

std::string stamp_of(const Spec& spec) {
  if (spec.releases) return releases_stamp(spec);
  const bool git = spec.type == Type::git;
  const auto place = look_at(spec.path, git ? ".git" : ".svn");
  if (!place || place->kind != PlaceKind::working_copy) return {};
  return git ? git_stamp(place->path) : svn_stamp(place->path);
}

asio::awaitable<base::Result<Status>> read_head(Spec spec) {
  if (spec.releases) return read_releases_head(std::move(spec));
  return spec.type == Type::git ? read_git_head(std::move(spec)) : read_svn_head(std::move(spec));
}

}  // namespace slipway::vcs
