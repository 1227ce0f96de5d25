#include "vcs/vcs.h"

#include "vcs/git_queries.h"
#include "vcs/git_working_copy.h"
#include "vcs/release_queries.h"
#include "vcs/releases_working_copy.h"
#include "vcs/svn_queries.h"
#include "vcs/svn_working_copy.h"

namespace slipway::vcs {

asio::awaitable<base::Result<std::string>> WorkingCopy::switch_back(Io&) {
  co_return base::fail(base::ErrorCode::conflict, "there is no earlier release to go back to");
}

asio::awaitable<base::Result<std::vector<std::string>>> WorkingCopy::refs_with(const std::string&, bool,
                                                                               Io&) {
  co_return base::fail(base::ErrorCode::invalid, "only git has branches and tags that a revision can be on");
}

asio::awaitable<base::Result<>> WorkingCopy::check_signature(const std::string&, const Signers&, Io&) {
  co_return base::fail(base::ErrorCode::invalid, "only commits of git can be signed");
}

asio::awaitable<void> WorkingCopy::conclude(bool, Io&) {
  co_return;
}

std::unique_ptr<WorkingCopy> make_working_copy(Spec spec, WorkingCopyOptions options) {
  if (spec.releases) return std::make_unique<ReleasesWorkingCopy>(std::move(spec), std::move(options));
  if (spec.type == Type::git) return std::make_unique<GitWorkingCopy>(std::move(spec), std::move(options));
  return std::make_unique<SvnWorkingCopy>(std::move(spec), std::move(options));
}

asio::awaitable<base::Result<Status>> read_status(Spec spec) {
  if (spec.releases) return read_releases_status(std::move(spec));
  return spec.type == Type::git ? read_git_status(std::move(spec)) : read_svn_status(std::move(spec));
}

asio::awaitable<base::Result<std::string>> resolve(Spec spec, std::string wanted, fs::path cache_directory) {
  if (spec.releases) {
    if (auto known = released_revision(spec, wanted)) co_return std::move(*known);
  }
  if (spec.type == Type::svn) co_return co_await resolve_svn(std::move(spec), std::move(wanted));
  co_return co_await resolve_git(std::move(spec), std::move(wanted), std::move(cache_directory));
}

asio::awaitable<base::Result<CommitPage>> read_log(Spec spec, LogQuery query) {
  if (spec.type == Type::svn) return read_svn_log(std::move(spec), std::move(query));
  return read_git_log(std::move(spec), std::move(query));
}

}  // namespace slipway::vcs
