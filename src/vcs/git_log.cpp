// The history of a branch as its remote has it, and the cheap status.
#include "base/text.h"
#include "vcs/git_names.h"
#include "vcs/git_parse.h"
#include "vcs/git_queries.h"
#include "vcs/git_source.h"
#include "vcs/git_working_copy.h"
#include "vcs/url.h"

namespace slipway::vcs {
namespace {

using base::ErrorCode;

asio::awaitable<base::Result<bool>> has_ref(const Git& git, std::string ref) {
  auto outcome = co_await git.ask(git_verify_commit_args(ref));
  if (!outcome) co_return std::unexpected(outcome.error());
  co_return outcome->ok();
}

asio::awaitable<base::Result<>> fetch_log(const GitSource& source) {
  const std::string ref = log_ref(source.branch);
  clear_stale_ref_lock(source.layout->common_dir, ref);
  const Args args = git_fetch_args(source.remote, Args{"+refs/heads/" + source.branch + ":" + ref});
  auto outcome = co_await source.git.ask(args);
  if (!outcome) co_return std::unexpected(outcome.error());
  if (outcome->ok()) co_return base::Result<>{};
  const Failure failure = classify(outcome->err);
  if (failure == Failure::branch_missing)
    co_return std::unexpected(missing_branch(source.branch, source.url));
  if (failure == Failure::ref_locked) {
    // Another query fetches the same branch at this moment: what it brings is as new.
    auto there = co_await has_ref(source.git, ref);
    if (there && *there) co_return base::Result<>{};
  }
  co_return std::unexpected(source.git.error(args, *outcome));
}

// Finds a line in output that arrives in pieces.
class LineCounter {
 public:
  explicit LineCounter(std::string wanted) : wanted_(std::move(wanted)) {}

  base::Result<> take(std::string_view bytes) {
    rest_.append(bytes);
    std::size_t start = 0;
    for (std::size_t end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', start)) {
      ++lines_;
      // Ends the process: nothing that follows is of interest.
      if (rest_.compare(start, end - start, wanted_) == 0) return found();
      start = end + 1;
    }
    rest_.erase(0, start);
    return {};
  }
  bool was_found() const { return found_; }
  std::size_t lines() const { return lines_; }

 private:
  base::Result<> found() {
    found_ = true;
    return base::fail(ErrorCode::cancelled, "found");
  }

  std::string wanted_;
  std::string rest_;
  std::size_t lines_ = 0;
  bool found_ = false;
};

// How many commits of the list stand before what comes after `before`.
asio::awaitable<base::Result<std::size_t>> position_after(const GitSource& source, std::string before) {
  LineCounter counter{before};
  const Args args = git_rev_list_args(log_ref(source.branch));
  auto outcome =
      co_await source.git.ask_into(args, [&counter](std::string_view bytes) { return counter.take(bytes); });
  if (counter.was_found()) co_return counter.lines();
  if (!outcome) co_return std::unexpected(outcome.error());
  if (!outcome->ok()) co_return std::unexpected(source.git.error(args, *outcome));
  co_return base::fail(ErrorCode::not_found,
                       "the commit {} is not in the branch '{}' of {} any more: read the history "
                       "from its beginning",
                       before, source.branch, shown_url(source.url));
}

asio::awaitable<base::Result<GitSource>> open_log_source(Spec spec, fs::path cache_directory) {
  auto source = co_await open_git_source(std::move(spec));
  if (!source) co_return source;
  // A shallow clone would show a history that ends where it was cut.
  const bool shallow = source->layout && source->layout->is_shallow();
  if (!source->layout || (shallow && !cache_directory.empty())) {
    if (cache_directory.empty()) {
      co_return base::fail(ErrorCode::invalid, "there is no working copy in which the history could be read");
    }
    if (auto used = co_await use_cache(*source, cache_directory); !used)
      co_return std::unexpected(used.error());
  }
  if (auto named = co_await find_default_branch(*source); !named) co_return std::unexpected(named.error());
  co_return source;
}

}  // namespace

asio::awaitable<base::Result<Status>> read_git_status(Spec spec) {
  const auto place = look_at(spec.path, ".git");
  if (!place) co_return std::unexpected(place.error());
  if (place->kind == PlaceKind::other) co_return std::unexpected(why_no_working_copy(place->path, Type::git));
  if (place->kind != PlaceKind::working_copy) co_return Status{};
  Git git;
  git.settings = {.directory = place->path,
                  .read_only = true,
                  .own_ssh_command = true,
                  .timeout = std::chrono::minutes{2}};
  auto status = co_await read_git_status(git);
  if (!status) co_return std::unexpected(status.error());
  co_return to_status(*status);
}

asio::awaitable<base::Result<CommitPage>> read_git_log(Spec spec, LogQuery query) {
  if (!query.before.empty() && !is_full_id(query.before)) {
    co_return base::fail(ErrorCode::invalid, "'{}' is not a whole commit id", base::printable(query.before));
  }
  auto source = co_await open_log_source(std::move(spec), query.cache_directory);
  if (!source) co_return std::unexpected(source.error());
  base::Result<bool> known = false;
  if (!query.before.empty()) known = co_await has_ref(source->git, log_ref(source->branch));
  if (!known) co_return std::unexpected(known.error());
  if (!*known) {
    if (auto fetched = co_await fetch_log(*source); !fetched) co_return std::unexpected(fetched.error());
  }
  std::size_t skip = 0;
  if (!query.before.empty()) {
    auto position = co_await position_after(*source, query.before);
    if (!position) co_return std::unexpected(position.error());
    skip = *position;
  }
  auto out = co_await source->git.must(git_log_args(log_ref(source->branch), skip, query.limit + 1));
  if (!out) co_return std::unexpected(out.error());
  CommitPage page{parse_git_log(*out), false};
  page.more = page.commits.size() > query.limit;
  if (page.more) page.commits.resize(query.limit);
  co_return page;
}

}  // namespace slipway::vcs
