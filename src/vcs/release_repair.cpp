#include "vcs/release_repair.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <set>

#include "base/text.h"
#include "vcs/place.h"

namespace slipway::vcs {
namespace {

struct Inode {
  dev_t device = 0;
  ino_t number = 0;
  nlink_t names = 0;

  bool operator==(const Inode& other) const { return device == other.device && number == other.number; }
};

Inode inode_of(const fs::path& file) {
  struct stat info{};
  if (::lstat(file.c_str(), &info) != 0) return {};
  return {info.st_dev, info.st_ino, info.st_nlink};
}

asio::awaitable<std::set<std::string>> written_through(fs::path directory, fs::path list) {
  const MadeFiles made = load_files(list);
  std::set<std::string> paths;
  for (std::string& path : co_await touched_files(directory, made)) {
    if (inode_of(directory / path).names > 1) paths.insert(std::move(path));
  }
  co_return paths;
}

// Takes the place of the damaged file at once, for whoever reads it.
base::Result<> put_back(const ReleaseBook& book, const fs::path& good, const fs::path& damaged) {
  const fs::path fresh = book.notes() / "file.new";
  ::unlink(fresh.c_str());
  if (::link(good.c_str(), fresh.c_str()) == 0 && ::rename(fresh.c_str(), damaged.c_str()) == 0) return {};
  return base::fail_errno(errno, "cannot put back {}, into which a hook wrote", damaged.string());
}

base::Result<> repair_one(const ReleaseBook& book, const std::string& name, const fs::path& hooked,
                          const fs::path& good, const std::set<std::string>& paths) {
  MadeFiles made = load_files(book.file_list(name));
  bool changed = false;
  for (const std::string& path : paths) {
    const auto entry = made.find(path);
    const fs::path file = book.directory(name) / path;
    if (entry == made.end() || inode_of(file) != inode_of(hooked / path)) continue;
    if (auto done = put_back(book, good / path, file); !done) return done;
    auto now = look_at_file(file);
    if (!now) continue;
    now->identity = entry->second.identity;
    entry->second = std::move(*now);
    changed = true;
  }
  return changed ? save_files(book.file_list(name), made) : base::Result<>{};
}

asio::awaitable<base::Result<>> write_originals(ReleaseContent& content, std::string revision,
                                                std::set<std::string> paths, fs::path into, Io& io) {
  auto files = co_await content.bring(std::move(revision), io);
  if (!files) co_return std::unexpected(files.error());
  std::erase_if(*files, [&paths](const ReleaseFile& file) { return !paths.contains(file.path); });
  if (auto removed = remove_tree(into); !removed) co_return removed;
  std::error_code error;
  for (const ReleaseFile& file : *files) {
    if (!error) fs::create_directories((into / file.path).parent_path(), error);
  }
  if (error) co_return base::fail(base::ErrorCode::io, "cannot make {}: {}", into.string(), error.message());
  co_return co_await content.write(std::move(*files), into, into.parent_path(), io);
}

}  // namespace

asio::awaitable<base::Result<>> repair_others(ReleaseBook book, Release release, ReleaseContent& content,
                                              Io& io) {
  const fs::path hooked = book.directory(release.name);
  const auto paths = co_await written_through(hooked, book.file_list(release.name));
  if (paths.empty()) co_return base::Result<>{};
  const fs::path originals = book.notes() / "originals";
  auto done = co_await write_originals(content, release.revision, paths, originals, io);
  for (const Release& other : book.releases()) {
    if (!done || other.name == release.name) continue;
    done = repair_one(book, other.name, hooked, originals, paths);
  }
  (void)remove_tree(originals);
  if (!done) co_return std::unexpected(done.error());
  co_return io.note(fmt::format(
      "a hook wrote into files that earlier releases share, which have them back as they were: {}. Let it "
      "write a new file and rename that",
      name_list({paths.begin(), paths.end()})));
}

}  // namespace slipway::vcs
