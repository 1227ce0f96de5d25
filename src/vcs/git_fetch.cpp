#include "vcs/git_fetch.h"

#include "base/text.h"
#include "vcs/git_names.h"
#include "vcs/git_parse.h"
#include "vcs/url.h"

namespace slipway::vcs {
namespace {

using base::ErrorCode;
using Kind = FetchAttempt::Kind;

bool means_absent(Failure failure) {
  return failure == Failure::branch_missing || failure == Failure::revision_missing;
}

asio::awaitable<base::Result<>> remember(const Git& git, std::string revision) {
  auto done = co_await git.must(git_update_ref_args("refs/slipway/known/" + revision, revision));
  if (!done) co_return std::unexpected(done.error());
  co_return base::Result<>{};
}

}  // namespace

std::vector<FetchAttempt> fetch_attempts(const FetchSource& source, const std::string& revision) {
  std::vector<FetchAttempt> attempts;
  if (!source.branch.empty()) {
    attempts.push_back(
        {Kind::branch, git_fetch_branch_args(source.remote, source.url, source.branch, source.target_ref)});
  }
  attempts.push_back({Kind::exact, source.shallow ? git_fetch_shallow_args(source.remote, revision)
                                                  : git_fetch_args(source.remote, {revision})});
  if (source.shallow) attempts.push_back({Kind::deepen, git_fetch_unshallow_args(source.remote)});
  attempts.push_back({Kind::everything, git_fetch_everything_args(source.remote)});
  return attempts;
}

base::Error missing_branch(const std::string& branch, const std::string& url) {
  return {ErrorCode::not_found,
          fmt::format("the branch '{}' does not exist in {}: it may have been deleted or renamed; "
                      "correct the app's branch, or choose a revision that is there",
                      base::printable(branch), shown_url(url))};
}

base::Error missing_revision(const std::string& revision, const FetchSource& source) {
  if (source.branch.empty()) {
    return {ErrorCode::not_found,
            fmt::format("the commit {} is not in {}: it may have been force-pushed away or deleted; "
                        "choose another revision",
                        revision, shown_url(source.url))};
  }
  return {ErrorCode::not_found,
          fmt::format(
              "the commit {} is not in the branch '{}' of {} any more: it may have been force-pushed away or "
              "deleted; choose another revision",
              revision, base::printable(source.branch), shown_url(source.url))};
}

asio::awaitable<base::Result<>> fetch_revision(const Git& git, FetchSource source, std::string revision,
                                               IsHere is_here) {
  bool branch_is_missing = false;
  bool is_nowhere = false;
  for (const FetchAttempt& attempt : fetch_attempts(source, revision)) {
    if (attempt.kind == Kind::everything && is_nowhere) break;
    auto fetched = co_await git.show(attempt.args);
    if (!fetched) co_return std::unexpected(fetched.error());
    if (!fetched->ok()) {
      if (!means_absent(classify(fetched->err))) co_return std::unexpected(git.error(attempt.args, *fetched));
      if (attempt.kind == Kind::branch) branch_is_missing = true;
      if (attempt.kind == Kind::exact) is_nowhere = fetched->err.contains("not our ref");
      continue;
    }
    std::optional<std::string> known = parse_forced_update(fetched->err);
    if (attempt.kind == Kind::exact) known = revision;
    if (known) {
      if (auto kept = co_await remember(git, *known); !kept) co_return kept;
    }
    const auto here = co_await is_here();
    if (!here) co_return std::unexpected(here.error());
    if (*here) co_return base::Result<>{};
  }
  if (branch_is_missing) co_return std::unexpected(missing_branch(source.branch, source.url));
  co_return std::unexpected(missing_revision(revision, source));
}

}  // namespace slipway::vcs
