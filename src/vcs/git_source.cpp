#include "vcs/git_source.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "vcs/git_config.h"
#include "vcs/git_names.h"
#include "vcs/git_parse.h"
#include "vcs/git_working_copy.h"
#include "vcs/url.h"

namespace slipway::vcs {
namespace {

using base::ErrorCode;

constexpr base::Millis query_timeout = std::chrono::minutes{10};

base::Result<> check_query(const Spec& spec) {
  if (!spec.url.empty()) {
    if (auto good = check_git_url(spec.url); !good) return good;
  }
  return spec.branch.empty() ? base::Result<>{} : check_branch_name(spec.branch);
}

asio::awaitable<base::Result<>> read_config(GitSource& source, Spec spec) {
  auto config = source.layout ? co_await read_git_config(source.git, *source.layout)
                              : co_await ask_git_config(source.git);
  if (!config) co_return std::unexpected(config.error());
  source.git.settings.own_ssh_command = config->own_ssh_command;
  if (!source.layout) co_return base::Result<>{};
  GitSeen seen;
  seen.layout = *source.layout;
  seen.origin = std::move(config->origin);
  if (auto good = check_origin(seen, spec); !good) co_return good;
  source.remote = seen.remote(spec);
  source.url = seen.url(spec);
  co_return base::Result<>{};
}

}  // namespace

FetchSource GitSource::fetch_source() const {
  return {remote, url, branch, log_ref(branch), layout && layout->is_shallow()};
}

asio::awaitable<base::Result<GitSource>> open_git_source(Spec spec) {
  if (auto good = check_query(spec); !good) co_return std::unexpected(good.error());
  const auto place =
      spec.releases ? base::Result<Place>{Place{PlaceKind::missing, spec.path}} : look_at(spec.path, ".git");
  if (!place) co_return std::unexpected(place.error());
  if (place->kind == PlaceKind::other) co_return std::unexpected(why_no_working_copy(place->path, Type::git));
  GitSource source;
  source.remote = source.url = spec.url;
  source.branch = spec.branch;
  source.git.settings = {
      .directory = "/", .read_only = true, .own_ssh_command = false, .timeout = query_timeout};
  if (place->kind == PlaceKind::working_copy) {
    auto layout = GitLayout::of(place->path);
    if (!layout) co_return std::unexpected(layout.error());
    source.layout = std::move(*layout);
    source.git.settings.directory = place->path;
    if (source.branch.empty()) source.branch = source.layout->head_branch().value_or("");
  } else if (spec.url.empty()) {
    co_return base::fail(ErrorCode::not_found, "{} is not there, and no url is configured",
                         base::printable(place->path.string()));
  }
  if (auto read = co_await read_config(source, spec); !read) co_return std::unexpected(read.error());
  source.git.url = source.url;
  co_return source;
}

asio::awaitable<base::Result<>> use_cache(GitSource& source, fs::path cache_directory) {
  const fs::path directory = cache_directory / cache_name(source.url);
  if (!is_there(directory / "HEAD")) {
    if (auto made = base::make_writable_directory(cache_directory); !made) co_return made;
    Git anywhere = source.git;
    anywhere.settings.directory = cache_directory;
    auto made = co_await anywhere.must(git_init_bare_args(directory));
    if (!made) co_return std::unexpected(made.error());
  }
  source.git.settings.directory = directory;
  source.layout = GitLayout{directory, directory, directory};
  // Not by the name of the working copy's remote.
  source.remote = source.url;
  co_return base::Result<>{};
}

asio::awaitable<base::Result<>> find_default_branch(GitSource& source) {
  if (!source.branch.empty()) co_return base::Result<>{};
  const Args args = git_ls_remote_head_args(source.remote);
  auto outcome = co_await source.git.ask(args);
  if (!outcome) co_return std::unexpected(outcome.error());
  if (!outcome->ok() && outcome->code != 2) co_return std::unexpected(source.git.error(args, *outcome));
  const std::string head = parse_ls_remote(outcome->out)["ref: HEAD"];
  constexpr std::string_view prefix = "refs/heads/";
  if (!head.starts_with(prefix) || !check_branch_name(head.substr(prefix.size()))) {
    co_return base::fail(ErrorCode::not_found,
                         "{} has no default branch: name the app's branch in server.json",
                         shown_url(source.url));
  }
  source.branch = head.substr(prefix.size());
  co_return base::Result<>{};
}

std::uint64_t stable_hash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

std::string cache_name(std::string_view url) {
  return fmt::format("{:016x}.git", stable_hash(url));
}

void clear_stale_ref_lock(const fs::path& common_dir, const std::string& ref) {
  const std::string lock = (common_dir / (ref + ".lock")).string();
  struct stat info{};
  if (::stat(lock.c_str(), &info) != 0) return;
  const base::Time since = base::from_unix_ms(std::int64_t{info.st_mtim.tv_sec} * 1000);
  if (base::now() - since > 2 * query_timeout) ::unlink(lock.c_str());
}

}  // namespace slipway::vcs
