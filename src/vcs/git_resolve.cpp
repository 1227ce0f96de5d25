// Which commit a person means.
#include <algorithm>

#include "base/text.h"
#include "vcs/git_names.h"
#include "vcs/git_parse.h"
#include "vcs/git_queries.h"
#include "vcs/git_source.h"
#include "vcs/temporary_directory.h"
#include "vcs/url.h"

namespace slipway::vcs {
namespace {

using base::ErrorCode;
using Id = base::Result<std::string>;
using MaybeId = base::Result<std::optional<std::string>>;

asio::awaitable<base::Result<std::map<std::string, std::string>>> ask_remote(const GitSource& source,
                                                                             Args patterns) {
  const Args args = git_ls_remote_args(source.remote, source.url, patterns);
  auto outcome = co_await source.git.ask(args);
  if (!outcome) co_return std::unexpected(outcome.error());
  constexpr int no_such_ref = 2;
  if (!outcome->ok() && outcome->code != no_such_ref)
    co_return std::unexpected(source.git.error(args, *outcome));
  co_return parse_ls_remote(outcome->out);
}

asio::awaitable<Id> resolve_newest(GitSource& source) {
  if (auto found = co_await find_default_branch(source); !found) co_return std::unexpected(found.error());
  const std::string ref = "refs/heads/" + source.branch;
  auto refs = co_await ask_remote(source, Args{ref});
  if (!refs) co_return std::unexpected(refs.error());
  if (!refs->contains(ref)) co_return std::unexpected(missing_branch(source.branch, source.url));
  co_return refs->at(ref);
}

asio::awaitable<MaybeId> find_commit(const Git& git, std::string id) {
  auto outcome = co_await git.ask(git_verify_commit_args(id));
  if (!outcome) co_return std::unexpected(outcome.error());
  if (!outcome->ok()) co_return std::nullopt;
  co_return std::string{base::trim(outcome->out)};
}

asio::awaitable<base::Result<bool>> is_here(const Git& git, std::string id) {
  auto found = co_await find_commit(git, std::move(id));
  if (!found) co_return std::unexpected(found.error());
  co_return found->has_value();
}

// A whole id: without the network where it is known.
asio::awaitable<Id> resolve_full(const GitSource& source, std::string id) {
  auto found = co_await find_commit(source.git, id);
  if (!found) co_return std::unexpected(found.error());
  if (*found) co_return **found;
  IsHere check = [&source, &id] { return is_here(source.git, id); };
  auto fetched = co_await fetch_revision(source.git, source.fetch_source(), id, std::move(check));
  if (!fetched) co_return std::unexpected(fetched.error());
  found = co_await find_commit(source.git, id);
  if (!found) co_return std::unexpected(found.error());
  co_return found->value_or(id);
}

asio::awaitable<MaybeId> find_prefix(const Git& git, std::string prefix) {
  auto outcome = co_await git.ask(git_disambiguate_args(prefix));
  if (!outcome) co_return std::unexpected(outcome.error());
  std::vector<std::string> commits;
  for (const std::string& object : split_at(outcome->out, '\n')) {
    auto found = co_await find_commit(git, object);
    if (!found) co_return std::unexpected(found.error());
    if (*found && **found == object) commits.push_back(object);
  }
  if (commits.size() > 1) {
    co_return base::fail(ErrorCode::invalid, "'{}' is the beginning of {} commits: write more of it: {}",
                         prefix, commits.size(), name_list(commits));
  }
  if (commits.empty()) co_return std::nullopt;
  co_return commits.front();
}

asio::awaitable<MaybeId> resolve_prefix(GitSource& source, std::string prefix) {
  auto found = co_await find_prefix(source.git, prefix);
  if (!found || *found) co_return found;
  if (auto named = co_await find_default_branch(source); !named) co_return std::unexpected(named.error());
  auto fetched = co_await source.git.ask(
      git_fetch_args(source.remote, Args{"+refs/heads/" + source.branch + ":" + log_ref(source.branch)}));
  if (!fetched) co_return std::unexpected(fetched.error());
  co_return co_await find_prefix(source.git, prefix);
}

asio::awaitable<Id> resolve_name(const GitSource& source, std::string name) {
  const bool whole = name.starts_with("refs/");
  const std::string branch = whole ? name : "refs/heads/" + name;
  const std::string tag = whole ? name : "refs/tags/" + name;
  auto refs = co_await ask_remote(source, Args{branch, tag, tag + "^{}"});
  if (!refs) co_return std::unexpected(refs.error());
  // An annotated tag is an object of its own; "^{}" is the commit that it stands for.
  const std::string tagged = refs->contains(tag + "^{}") ? tag + "^{}" : tag;
  const bool has_branch = refs->contains(branch);
  const bool has_tag = refs->contains(tagged);
  if (has_branch && has_tag && !whole && refs->at(branch) != refs->at(tagged)) {
    co_return base::fail(ErrorCode::invalid, "'{}' is a branch and a tag: write {} or {}", name, branch, tag);
  }
  if (has_tag) co_return refs->at(tagged);
  if (has_branch) co_return refs->at(branch);
  co_return base::fail(ErrorCode::not_found, "there is no commit, branch or tag '{}' in {}",
                       base::printable(name), shown_url(source.url));
}

// A few hexadecimal digits begin some commit of every large repository: a branch "2024" must not become one.
asio::awaitable<Id> resolve_short(GitSource& source, std::string wanted, std::string prefix) {
  constexpr std::size_t sure = 7;
  std::optional<Id> named;
  if (prefix.size() < sure) {
    named = co_await resolve_name(source, wanted);
    if (*named) co_return std::move(*named);
  }
  auto found = co_await resolve_prefix(source, prefix);
  if (!found) co_return std::unexpected(found.error());
  if (*found) co_return std::move(**found);
  if (named) co_return std::move(*named);
  co_return co_await resolve_name(source, wanted);
}

}  // namespace

asio::awaitable<Id> resolve_git(Spec spec, std::string wanted, fs::path cache_directory) {
  if (auto good = check_git_revision(wanted); !good) co_return std::unexpected(good.error());
  auto source = co_await open_git_source(std::move(spec));
  if (!source) co_return std::unexpected(source.error());
  if (wanted.empty() || wanted == "HEAD") co_return co_await resolve_newest(*source);
  std::string id = wanted;
  std::ranges::transform(id, id.begin(), [](unsigned char c) { return std::tolower(c); });
  if (!is_id_prefix(id)) co_return co_await resolve_name(*source, wanted);

  TemporaryDirectory temporary;
  if (!source->layout) {
    if (cache_directory.empty()) {
      auto made = temporary.make();
      if (!made) co_return std::unexpected(made.error());
      cache_directory = *made;
    }
    if (auto used = co_await use_cache(*source, cache_directory); !used)
      co_return std::unexpected(used.error());
  }
  if (is_full_id(id)) co_return co_await resolve_full(*source, id);
  co_return co_await resolve_short(*source, wanted, id);
}

}  // namespace slipway::vcs
