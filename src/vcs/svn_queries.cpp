#include "vcs/svn_queries.h"

#include "base/text.h"
#include "vcs/svn_working_copy.h"
#include "vcs/url.h"

namespace slipway::vcs {
namespace {

using base::ErrorCode;

// An svn whose url is the repository that a query is about.
asio::awaitable<base::Result<Svn>> open_repository(Spec spec) {
  if (!spec.url.empty()) {
    if (auto good = check_svn_url(spec.url); !good) co_return std::unexpected(good.error());
  }
  auto place =
      spec.releases ? base::Result<Place>{Place{PlaceKind::missing, spec.path}} : look_at(spec.path, ".svn");
  if (!place) co_return std::unexpected(place.error());
  Svn svn;
  svn.url = spec.url;
  svn.settings.directory = "/";
  if (place->kind == PlaceKind::missing || place->kind == PlaceKind::empty) {
    if (!spec.url.empty()) co_return svn;
    co_return base::fail(ErrorCode::not_found, "{} is not there, and no url is configured",
                         base::printable(place->path.string()));
  }
  svn.settings.directory = place->path;
  const auto info = co_await read_svn_info(svn, spec);
  if (!info) co_return std::unexpected(info.error());
  svn.url = info->url;
  co_return svn;
}

asio::awaitable<base::Result<SvnInfo>> info_at(const Svn& svn, std::string revision) {
  auto xml = co_await svn.must(svn_info_at_args(svn.url, revision));
  if (!xml) co_return std::unexpected(xml.error());
  co_return parse_svn_info(*xml);
}

asio::awaitable<base::Error> no_such_revision(const Svn& svn, SvnRevision wanted, base::Error error) {
  const auto newest = co_await info_at(svn, "HEAD");
  if (!newest) co_return error;
  if (wanted > newest->revision) {
    co_return base::Error{ErrorCode::not_found, fmt::format("there is no revision {} in {}: the newest is {}",
                                                            wanted, shown_url(svn.url), newest->revision)};
  }
  co_return base::Error{ErrorCode::not_found, error.message};
}

}  // namespace

asio::awaitable<base::Result<Status>> read_svn_status(Spec spec) {
  auto place = look_at(spec.path, ".svn");
  if (!place) co_return std::unexpected(place.error());
  if (place->kind == PlaceKind::missing || place->kind == PlaceKind::empty) co_return Status{};
  Svn svn;
  svn.url = spec.url;
  svn.settings.directory = place->path;
  const auto info = co_await read_svn_info(svn, spec);
  if (!info) co_return std::unexpected(info.error());
  const auto entries = co_await svn.status();
  if (!entries) co_return std::unexpected(entries.error());
  co_return to_status(*info, *entries);
}

asio::awaitable<base::Result<std::string>> resolve_svn(Spec spec, std::string wanted) {
  if (wanted.starts_with('-')) {
    co_return base::fail(ErrorCode::invalid,
                         "the revision '{}' begins with '-' and could be taken for an option",
                         base::printable(wanted));
  }
  const auto number = parse_revision(wanted);
  if (!number && !wanted.empty() && wanted != "HEAD") {
    co_return base::fail(ErrorCode::invalid, "'{}' is no svn revision: write a number, r123 or HEAD",
                         base::printable(wanted));
  }
  auto svn = co_await open_repository(std::move(spec));
  if (!svn) co_return std::unexpected(svn.error());
  const auto info = co_await info_at(*svn, number ? std::to_string(*number) : "HEAD");
  if (info) co_return std::to_string(info->last_changed);
  const bool absent = info.error().code == ErrorCode::not_found;
  if (number && absent) co_return std::unexpected(co_await no_such_revision(*svn, *number, info.error()));
  co_return std::unexpected(info.error());
}

asio::awaitable<base::Result<CommitPage>> read_svn_log(Spec spec, LogQuery query) {
  const auto before = parse_revision(query.before);
  if (!query.before.empty() && !before) {
    co_return base::fail(ErrorCode::invalid, "'{}' is no svn revision", base::printable(query.before));
  }
  if (before && *before <= 1) co_return CommitPage{};
  auto svn = co_await open_repository(std::move(spec));
  if (!svn) co_return std::unexpected(svn.error());
  const std::string from = before ? std::to_string(*before - 1) : "HEAD";
  auto xml = co_await svn->must(svn_log_args(svn->url, from, query.limit + 1));
  if (!xml) co_return std::unexpected(xml.error());
  auto commits = parse_svn_log(*xml);
  if (!commits) co_return std::unexpected(commits.error());
  CommitPage page{std::move(*commits), false};
  page.more = page.commits.size() > query.limit;
  if (page.more) page.commits.resize(query.limit);
  co_return page;
}

}  // namespace slipway::vcs
