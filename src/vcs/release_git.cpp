// Releases of a git repository: a bare repository in the cache, and one more for every submodule.
#include <unistd.h>

#include <algorithm>
#include <deque>

#include "base/file.h"
#include "base/text.h"
#include "vcs/git_names.h"
#include "vcs/git_objects.h"
#include "vcs/git_parse.h"
#include "vcs/git_source.h"
#include "vcs/git_working_copy.h"
#include "vcs/held_lock.h"
#include "vcs/release_content.h"
#include "vcs/submodule_url.h"
#include "vcs/url.h"

namespace slipway::vcs {
namespace {

using base::ErrorCode;
using Entries = std::vector<GitTreeEntry>;

// A repository at one revision: the app's own, or that of a submodule.
struct Part {
  Spec spec;
  std::string revision;
  std::string prefix;  // of its files in the release: "", "vendor/lib/"
  Git git;
  std::size_t files = 0;
};

FileKind kind_of(unsigned mode) {
  if (mode == 0120000) return FileKind::link;
  return (mode & 0111U) != 0 ? FileKind::executable : FileKind::plain;
}

bool is_attributes_file(std::string_view path) {
  constexpr std::string_view name = ".gitattributes";
  return path.ends_with(name) && (path.size() == name.size() || path[path.size() - name.size() - 1] == '/');
}

// .gitattributes decide how content is written (line ends, filters): where one of them differs, the same
// content may be other bytes on disk.
std::uint64_t attributes_of(const Entries& entries) {
  std::string all;
  for (const GitTreeEntry& entry : entries) {
    if (is_attributes_file(entry.path)) all += entry.id + entry.path + '\n';
  }
  return stable_hash(all);
}

bool is_whole(const GitTreeEntry& entry) {
  return entry.is_submodule() || entry.size.has_value();
}

// Locks that only orders take, left by one that was killed; the caller holds the lock of the cache.
void remove_dead_locks(const fs::path& repository) {
  std::error_code error;
  fs::recursive_directory_iterator entry(repository / "refs/remotes", error);
  std::vector<fs::path> dead{repository / "packed-refs.lock", repository / "shallow.lock"};
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() == ".lock") dead.push_back(entry->path());
  }
  for (const fs::path& lock : dead) ::unlink(lock.c_str());
}

class GitContent final : public ReleaseContent {
 public:
  GitContent(Spec spec, fs::path cache_directory)
      : spec_(std::move(spec)), cache_directory_(std::move(cache_directory)) {}

  std::string repository() const override { return git_identity(spec_.url); }

  asio::awaitable<base::Result<std::vector<ReleaseFile>>> bring(std::string revision, Io& io) override {
    parts_.clear();
    std::vector<ReleaseFile> files;
    std::deque<Part> waiting{Part{spec_, std::move(revision), "", {}, 0}};
    while (!waiting.empty()) {
      Part part = std::move(waiting.front());
      waiting.pop_front();
      auto entries = co_await bring_part(part, io);
      if (!entries) co_return std::unexpected(entries.error());
      auto inner = co_await submodules_of(part, *entries);
      if (!inner) co_return std::unexpected(inner.error());
      for (Part& one : *inner) waiting.push_back(std::move(one));
      add_files(part, *entries, files);
      parts_.push_back(std::move(part));
    }
    co_return files;
  }

  asio::awaitable<base::Result<>> write(std::vector<ReleaseFile> files, fs::path into, fs::path scratch,
                                        Io& io) override {
    for (std::size_t index = 0; index < parts_.size(); ++index) {
      std::vector<std::string> paths;
      const std::size_t prefix = parts_[index].prefix.size();
      for (const ReleaseFile& file : files) {
        if (file.part == index && file.kind != FileKind::directory) paths.push_back(file.path.substr(prefix));
      }
      if (paths.empty()) continue;
      auto written = co_await write_part(parts_[index], std::move(paths), into, scratch, io);
      if (!written) co_return written;
    }
    co_return base::Result<>{};
  }

  asio::awaitable<base::Result<GitOrigin>> origin_of(std::string revision, Io& io) override {
    Part part{spec_, std::move(revision), "", {}, 0};
    auto entries = co_await bring_part(part, io);
    if (!entries) co_return std::unexpected(entries.error());
    co_return GitOrigin{std::move(part.git), spec_.url};
  }

  asio::awaitable<void> tidy() override {
    const fs::path repository = cache_directory_ / cache_name(spec_.url);
    if (!is_there(repository / "HEAD") || !is_worth_a_gc(repository)) co_return;
    const auto lock = co_await hold_lock({lock_file(spec_.url), "busy", base::Millis{0}, nullptr});
    if (!lock) co_return;
    Git git;
    git.settings.directory = repository;
    git.settings.timeout = std::chrono::hours{1};
    (void)co_await git.ask(git_gc_args());
  }

 private:
  fs::path lock_file(const std::string& url) const { return cache_directory_ / (cache_name(url) + ".lock"); }

  // Opens its repository and lists its files; fetches if they are not all there.
  asio::awaitable<base::Result<Entries>> bring_part(Part& part, Io& io) {
    if (auto opened = co_await open(part, io); !opened) co_return std::unexpected(opened.error());
    auto listed = co_await list(part);
    if (!listed) co_return std::unexpected(listed.error());
    if (*listed) co_return std::move(**listed);
    auto lock = co_await lock_cache(part, io);
    if (!lock) co_return std::unexpected(lock.error());
    remove_dead_locks(part.git.settings.directory);
    base::Result<std::optional<Entries>> found = std::nullopt;
    IsHere is_here = [&part, &found] { return list_into(part, found); };
    FetchSource source{part.spec.url, part.spec.url, part.spec.branch,
                       "refs/remotes/origin/" + part.spec.branch, false};
    auto fetched = co_await fetch_revision(part.git, std::move(source), part.revision, std::move(is_here));
    if (!fetched) co_return std::unexpected(fetched.error());
    co_return std::move(**found);
  }

  asio::awaitable<base::Result<>> open(Part& part, Io& io) {
    auto source = co_await open_git_source(part.spec);
    if (!source) co_return std::unexpected(source.error());
    if (!is_there(cache_directory_ / cache_name(part.spec.url) / "HEAD")) {
      if (auto made = base::make_writable_directory(cache_directory_); !made) co_return made;
      auto lock = co_await lock_cache(part, io);
      if (!lock) co_return std::unexpected(lock.error());
      if (auto used = co_await use_cache(*source, cache_directory_); !used) co_return used;
    } else if (auto used = co_await use_cache(*source, cache_directory_); !used) {
      co_return used;
    }
    part.git = std::move(source->git);
    part.git.settings.timeout = io.timeout;
    part.git.settings.submodule = !part.prefix.empty();
    part.git.shown = io.output;
    part.git.stop = io.stop;
    co_return base::Result<>{};
  }

  asio::awaitable<base::Result<base::UniqueFd>> lock_cache(const Part& part, const Io& io) const {
    co_return co_await hold_lock(
        {lock_file(part.spec.url),
         fmt::format("another order has been fetching {} for long; try again when it "
                     "has ended",
                     shown_url(part.spec.url)),
         io.timeout, io.stop});
  }

  // None: the commit is not there, or not with all its files (a fetch that was killed leaves it so).
  static asio::awaitable<base::Result<std::optional<Entries>>> list(const Part& part) {
    const Args args = git_list_args(part.revision);
    auto outcome = co_await part.git.ask(args);
    if (!outcome) co_return std::unexpected(outcome.error());
    if (!outcome->ok()) {
      if (classify(outcome->err) == Failure::damaged)
        co_return std::unexpected(part.git.error(args, *outcome));
      co_return std::nullopt;
    }
    Entries entries = parse_git_list(outcome->out);
    if (!std::ranges::all_of(entries, is_whole)) co_return std::nullopt;
    co_return std::move(entries);
  }

  static asio::awaitable<base::Result<bool>> list_into(const Part& part,
                                                       base::Result<std::optional<Entries>>& found) {
    found = co_await list(part);
    if (!found) co_return std::unexpected(found.error());
    co_return found->has_value();
  }

  asio::awaitable<base::Result<std::vector<Part>>> submodules_of(const Part& part,
                                                                 const Entries& entries) const {
    std::vector<Part> parts;
    if (std::ranges::none_of(entries, &GitTreeEntry::is_submodule)) co_return parts;
    auto outcome = co_await part.git.ask(git_submodule_urls_args(part.revision));
    if (!outcome) co_return std::unexpected(outcome.error());
    const auto known = parse_git_submodules(outcome->out);
    for (const GitTreeEntry& entry : entries) {
      if (!entry.is_submodule()) continue;
      const auto found = known.find(entry.path);
      if (found == known.end() || found->second.url.empty()) {
        co_return base::fail(ErrorCode::conflict,
                             "the revision has a submodule at {}, but its .gitmodules names no url for it",
                             base::printable(part.prefix + entry.path));
      }
      if (!found->second.wanted) continue;
      Spec spec = part.spec;
      spec.url = submodule_url(part.spec.url, found->second.url);
      spec.branch.clear();
      parts.push_back({std::move(spec), entry.id, part.prefix + entry.path + "/", {}, 0});
    }
    co_return parts;
  }

  void add_files(Part& part, const Entries& entries, std::vector<ReleaseFile>& files) const {
    const std::string attributes = fmt::format("{:016x}", attributes_of(entries));
    for (const GitTreeEntry& entry : entries) {
      ReleaseFile file{part.prefix + entry.path, kind_of(entry.mode), entry.id + "-" + attributes,
                       entry.size.value_or(0), parts_.size()};
      if (entry.is_submodule()) file.kind = FileKind::directory;
      if (!entry.is_submodule()) ++part.files;
      files.push_back(std::move(file));
    }
  }

  static asio::awaitable<base::Result<>> write_part(const Part& part, std::vector<std::string> paths,
                                                    const fs::path& into, const fs::path& scratch, Io& io) {
    Git git = part.git;
    git.settings.repository = part.git.settings.directory;
    git.settings.directory = (into / part.prefix).lexically_normal();
    git.settings.index = scratch / "index";
    git.stop = io.stop;
    ::unlink(git.settings.index.c_str());
    ::unlink((git.settings.index.string() + ".lock").c_str());
    if (auto read = co_await git.must(git_read_tree_args(part.revision)); !read)
      co_return std::unexpected(read.error());
    base::Result<> written;
    if (paths.size() == part.files) paths.clear();  // all of them, in one go
    do {
      auto done = co_await git.must(git_checkout_index_args(take_some(paths)));
      if (!done) written = std::unexpected(done.error());
    } while (written && !paths.empty());
    ::unlink(git.settings.index.c_str());
    co_return written;
  }

  // As many as fit on a command line.
  static Args take_some(std::vector<std::string>& paths) {
    constexpr std::size_t room = std::size_t{96} << 10U;
    Args some;
    for (std::size_t used = 0; !paths.empty() && used < room; paths.pop_back()) {
      used += paths.back().size() + 1;
      some.push_back(std::move(paths.back()));
    }
    return some;
  }

  Spec spec_;
  fs::path cache_directory_;
  std::vector<Part> parts_;
};

}  // namespace

std::unique_ptr<ReleaseContent> make_git_content(Spec spec, fs::path cache_directory) {
  return std::make_unique<GitContent>(std::move(spec), std::move(cache_directory));
}

}  // namespace slipway::vcs
