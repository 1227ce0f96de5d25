#include "vcs/release_queries.h"

#include <algorithm>

#include "vcs/place.h"
#include "vcs/release_content.h"
#include "vcs/release_place.h"

namespace slipway::vcs {

asio::awaitable<base::Result<Status>> read_releases_status(Spec spec) {
  const auto place = look_at_releases(spec.path);
  if (!place) co_return std::unexpected(place.error());
  Status status;
  const auto current = place->book.find(place->current);
  if (!current) co_return status;
  status.revision = current->revision;
  const MadeFiles files = load_files(place->book.file_list(current->name));
  set_modified(status, co_await touched_files(place->book.directory(current->name), files));
  co_return status;
}

asio::awaitable<base::Result<Status>> read_releases_head(Spec spec) {
  const auto place = look_at_releases(spec.path);
  if (!place) co_return std::unexpected(place.error());
  Status status;
  if (const auto current = place->book.find(place->current)) status.revision = current->revision;
  co_return status;
}

std::string releases_stamp(const Spec& spec) {
  return current_release(ReleaseBook{spec.path});
}

std::optional<std::string> released_revision(const Spec& spec, const std::string& wanted) {
  const auto place = look_at_releases(spec.path);
  if (!place || wanted.empty()) return std::nullopt;
  const std::string repository = make_release_content(spec, {})->repository();
  const std::vector<Release> releases = place->book.releases();
  const bool is_there = std::ranges::any_of(releases, [&](const Release& release) {
    return release.state == ReleaseState::good && release.revision == wanted &&
           release.repository == repository;
  });
  return is_there ? std::optional(wanted) : std::nullopt;
}

}  // namespace slipway::vcs
