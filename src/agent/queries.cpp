#include "agent/queries.h"

#include "agent/target.h"
#include "base/text.h"
#include "base/time.h"
#include "vcs/vcs.h"

namespace slipway::agent {
namespace {

constexpr std::uint32_t default_limit = 20;
constexpr std::uint32_t max_limit = 200;

wire::CommitInfo to_wire(const vcs::Commit& commit) {
  return {commit.revision, base::to_utf8(commit.author), base::to_rfc3339(commit.time),
          base::to_utf8(commit.message)};
}

wire::WorkingCopyStatus to_wire(SeenStatus seen) {
  vcs::Status& status = seen.status;
  wire::WorkingCopyStatus result{.modified = std::move(status.modified),
                                 .modified_total = status.modified_total};
  if (!status.revision.empty()) result.revision = std::move(status.revision);
  if (!status.branch.empty()) result.branch = base::to_utf8(status.branch);
  if (seen.modified_at) result.modified_at = base::to_rfc3339(*seen.modified_at);
  return result;
}

asio::awaitable<base::Result<wire::Answer>> answer_log(wire::Query query, std::filesystem::path cache) {
  const std::uint32_t limit = query.limit.value_or(default_limit);
  if (limit < 1 || limit > max_limit) {
    co_return base::fail(base::ErrorCode::invalid, "a limit of {} commits; expected 1 to {}", limit,
                         max_limit);
  }
  vcs::LogQuery wanted{
      .limit = limit, .before = query.before.value_or(""), .cache_directory = std::move(cache)};
  const auto page = co_await vcs::read_log(to_spec(query.target), std::move(wanted));
  if (!page) co_return std::unexpected(page.error());
  wire::Answer answer{.more = page->more};
  answer.commits.emplace();
  for (const vcs::Commit& commit : page->commits) answer.commits->push_back(to_wire(commit));
  co_return answer;
}

asio::awaitable<base::Result<wire::Answer>> answer_status(wire::Query query, StatusReader& reader) {
  auto status = co_await reader.read(to_spec(query.target));
  if (!status) co_return std::unexpected(status.error());
  co_return wire::Answer{.status = to_wire(std::move(*status))};
}

asio::awaitable<base::Result<wire::Answer>> answer_resolve(wire::Query query, std::filesystem::path cache) {
  auto revision = co_await vcs::resolve(to_spec(query.target), query.revision.value_or(""), std::move(cache));
  if (!revision) co_return std::unexpected(revision.error());
  co_return wire::Answer{.revision = std::move(*revision)};
}

}  // namespace

asio::awaitable<base::Result<wire::Answer>> answer_from_repository(wire::Query query,
                                                                   std::filesystem::path cache) {
  if (query.kind == wire::QueryKind::log) co_return co_await answer_log(std::move(query), std::move(cache));
  co_return co_await answer_resolve(std::move(query), std::move(cache));
}

asio::awaitable<base::Result<wire::Answer>> answer_query(wire::Query query, std::filesystem::path cache,
                                                         StatusReader& status) {
  if (!std::filesystem::path(query.target.path).is_absolute()) {
    co_return base::fail(base::ErrorCode::invalid, "the path \"{}\" is not absolute",
                         base::printable(query.target.path));
  }
  if (query.kind == wire::QueryKind::status) co_return co_await answer_status(std::move(query), status);
  co_return co_await answer_from_repository(std::move(query), std::move(cache));
}

}  // namespace slipway::agent
