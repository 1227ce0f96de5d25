// Releases of a Subversion repository: one working copy in the cache is updated, which transfers what changed
// only, and files that changed are copied from there.
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "vcs/breather.h"
#include "vcs/git_source.h"
#include "vcs/held_lock.h"
#include "vcs/release_book.h"
#include "vcs/release_content.h"
#include "vcs/svn_working_copy.h"
#include "vcs/url.h"

namespace slipway::vcs {
namespace {

using base::ErrorCode;

// svn gives a changed file a new inode: the same numbers are the same content.
std::string identity_of(const struct stat& info) {
  return fmt::format("{}-{}-{}-{}", info.st_ino, info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
}

base::Result<> copy(const fs::path& from, const fs::path& to, FileKind kind) {
  std::error_code error;
  if (kind == FileKind::link)
    fs::copy_symlink(from, to, error);
  else
    fs::copy_file(from, to, error);
  if (!error) return {};
  return base::fail(ErrorCode::io, "cannot copy {} to {}: {}", base::printable(from.string()),
                    base::printable(to.string()), error.message());
}

class SvnContent final : public ReleaseContent {
 public:
  SvnContent(Spec spec, fs::path cache_directory)
      : spec_(std::move(spec)),
        cache_directory_(std::move(cache_directory)),
        copy_(cache_directory_ / fmt::format("{:016x}.svn", stable_hash(spec_.url))) {}

  std::string repository() const override { return svn_identity(spec_.url); }

  asio::awaitable<base::Result<std::vector<ReleaseFile>>> bring(std::string revision, Io& io) override {
    const auto number = parse_revision(revision);
    if (!number)
      co_return base::fail(ErrorCode::invalid, "'{}' is no svn revision", base::printable(revision));
    if (auto made = base::make_writable_directory(cache_directory_); !made)
      co_return std::unexpected(made.error());
    auto lock = co_await hold_lock(
        {copy_.string() + ".lock",
         fmt::format("another order has been working with {} for long; try again when it has ended",
                     shown_url(spec_.url)),
         io.timeout, io.stop});
    if (!lock) co_return std::unexpected(lock.error());
    lock_ = std::move(*lock);
    if (auto updated = co_await update(*number, io); !updated) co_return std::unexpected(updated.error());
    co_return co_await list(io);
  }

  asio::awaitable<base::Result<>> write(std::vector<ReleaseFile> files, fs::path into, fs::path,
                                        Io& io) override {
    Breather breather(io.stop);
    for (const ReleaseFile& file : files) {
      if (file.kind == FileKind::directory) continue;
      if (auto copied = copy(copy_ / file.path, into / file.path, file.kind); !copied) co_return copied;
      if (!breather.is_due()) continue;
      if (auto goes_on = co_await breather.breathe(); !goes_on) co_return goes_on;
    }
    co_return base::Result<>{};
  }

  asio::awaitable<void> tidy() override { co_return; }

 private:
  Svn svn(const Io& io) const {
    Svn svn;
    svn.settings = {.directory = copy_, .timeout = io.timeout};
    svn.url = spec_.url;
    svn.shown = io.output;
    svn.stop = io.stop;
    return svn;
  }

  asio::awaitable<base::Result<>> update(SvnRevision revision, Io& io) {
    const Svn svn = this->svn(io);
    const auto stands = co_await repair(svn);
    if (!stands) co_return co_await checkout(svn, revision);
    if (*stands == revision) co_return base::Result<>{};
    co_return co_await show(svn, svn_update_args(revision));
  }

  // The revision of the working copy, after what a killed svn left is cleaned up; an error: it is of no use.
  // 0: it stands on no single revision.
  asio::awaitable<base::Result<SvnRevision>> repair(const Svn& svn) const {
    if (!is_there(copy_ / ".svn")) co_return base::fail(ErrorCode::not_found, "there is none yet");
    for (const Args& args : {svn_cleanup_args(), svn_revert_args()}) {
      if (auto done = co_await svn.must(args); !done) co_return std::unexpected(done.error());
    }
    auto info = co_await svn.info();
    if (!info) co_return std::unexpected(info.error());
    if (svn_identity(info->url) != svn_identity(spec_.url))
      co_return base::fail(ErrorCode::conflict, "it is of another url");
    auto version = co_await svn.must(svn_version_args());
    if (!version) co_return std::unexpected(version.error());
    co_return is_unmixed(*version) ? info->revision : 0;
  }

  asio::awaitable<base::Result<>> checkout(const Svn& svn, SvnRevision revision) const {
    if (svn.stop != nullptr && svn.stop->requested()) co_return base::fail(ErrorCode::cancelled, "stopped");
    if (auto removed = remove_tree(copy_); !removed) co_return removed;
    if (::mkdir(copy_.c_str(), 0700) != 0)
      co_return base::fail_errno(errno, "cannot make the directory {}", copy_.string());
    co_return co_await show(svn, svn_checkout_args(spec_.url, revision));
  }

  static asio::awaitable<base::Result<>> show(const Svn& svn, Args args) {
    auto outcome = co_await svn.show(args);
    if (!outcome) co_return std::unexpected(outcome.error());
    if (!outcome->ok()) co_return std::unexpected(svn.error(args, *outcome));
    co_return base::Result<>{};
  }

  asio::awaitable<base::Result<std::vector<ReleaseFile>>> list(Io& io) const {
    std::vector<ReleaseFile> files;
    Breather breather(io.stop);
    std::error_code error;
    fs::recursive_directory_iterator entry(copy_, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
      if (entry->path().filename() == ".svn") {
        entry.disable_recursion_pending();
        continue;
      }
      struct stat info{};
      const auto made = look_at_file(entry->path());
      if (!made || ::lstat(entry->path().c_str(), &info) != 0) continue;
      files.push_back(
          {entry->path().lexically_relative(copy_).string(), made->kind, identity_of(info), made->size, 0});
      if (!breather.is_due()) continue;
      if (auto goes_on = co_await breather.breathe(); !goes_on) co_return std::unexpected(goes_on.error());
    }
    if (error) co_return base::fail(ErrorCode::io, "cannot read {}: {}", copy_.string(), error.message());
    co_return files;
  }

  Spec spec_;
  fs::path cache_directory_;
  fs::path copy_;
  base::UniqueFd lock_;  // from bring() on, as long as files are taken from the working copy
};

}  // namespace

std::unique_ptr<ReleaseContent> make_svn_content(Spec spec, fs::path cache_directory) {
  return std::make_unique<SvnContent>(std::move(spec), std::move(cache_directory));
}

}  // namespace slipway::vcs
