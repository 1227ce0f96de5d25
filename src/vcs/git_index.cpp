#include "vcs/git_index.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <tuple>

#include "base/file.h"

namespace slipway::vcs {
namespace {

constexpr std::size_t header_size = 12;
constexpr std::size_t largest_index = std::size_t{128} << 20U;

// Where the fields of an entry stand, from its beginning.
constexpr std::size_t ctime_at = 0;
constexpr std::size_t mtime_at = 8;
constexpr std::size_t inode_at = 20;
constexpr std::size_t mode_at = 24;
constexpr std::size_t size_at = 36;
constexpr std::size_t id_at = 40;

// Assumed unchanged, extended flags, and the stages of a conflict.
constexpr unsigned special_flags = 0xf000;

std::uint32_t cut(std::int64_t number) {
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(number));
}

// A link in the place of a folder leads to files that only look like those of the work tree.
bool stands_in_real_folders(const fs::path& work_tree, const std::string& path) {
  for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    struct stat info{};
    if (::lstat((work_tree / path.substr(0, slash)).c_str(), &info) != 0 || !S_ISDIR(info.st_mode))
      return false;
  }
  return true;
}

}  // namespace

std::optional<GitIndex> GitIndex::read(const fs::path& file, std::size_t id_size) {
  // Before the content: git replaces the file, and an older time is the stricter one.
  struct stat info{};
  if (::stat(file.c_str(), &info) != 0) return std::nullopt;
  auto bytes = base::read_file(file, largest_index);
  if (!bytes) return std::nullopt;
  GitIndex index(std::move(*bytes), id_size);
  index.written_s_ = info.st_mtim.tv_sec;
  index.written_ns_ = info.st_mtim.tv_nsec;
  return index.parse() ? std::optional(std::move(index)) : std::nullopt;
}

bool GitIndex::parse() {
  constexpr std::string_view start{"DIRC\0\0\0\2", 8};
  if (bytes_.size() < header_size + id_size_ || !bytes_.starts_with(start)) return false;
  std::size_t at = header_size;
  for (std::uint32_t left = number_at(8); left > 0; --left) {
    if (!add_entry(at)) return false;
  }
  return extensions_are_plain(at);
}

bool GitIndex::add_entry(std::size_t& at) {
  const std::size_t name_at = at + id_at + id_size_ + 2;
  const std::size_t end = bytes_.size() - id_size_;
  if (name_at >= end) return false;
  const unsigned flags = number_at(name_at - 4) & 0xffffU;
  const std::size_t name_end = bytes_.find('\0', name_at);
  if ((flags & special_flags) != 0 || name_end == std::string::npos) return false;
  entries_.push_back(at);
  // One to eight NUL bytes make its size a multiple of eight.
  at += ((name_end - at) | 7U) + 1;
  return at <= end;
}

// One whose name begins with a small letter changes what the index means.
bool GitIndex::extensions_are_plain(std::size_t at) const {
  const std::size_t end = bytes_.size() - id_size_;
  while (at + 8 <= end) {
    if (bytes_[at] < 'A' || bytes_[at] > 'Z') return false;
    at += std::size_t{8} + number_at(at + 4);
  }
  return at == end;
}

std::uint32_t GitIndex::number_at(std::size_t at) const {
  std::uint32_t number = 0;
  for (const char c : std::string_view{bytes_}.substr(at, 4))
    number = (number << 8U) | static_cast<unsigned char>(c);
  return number;
}

std::string_view GitIndex::path_of(std::size_t entry) const {
  return bytes_.c_str() + entry + id_at + id_size_ + 2;
}

std::optional<std::size_t> GitIndex::find(std::string_view path) const {
  const auto found =
      std::ranges::lower_bound(entries_, path, {}, [this](std::size_t entry) { return path_of(entry); });
  return found != entries_.end() && path_of(*found) == path ? std::optional(*found) : std::nullopt;
}

bool GitIndex::holds_directory(const std::string& path) const {
  const std::string prefix = path + "/";
  const auto next = std::ranges::lower_bound(entries_, std::string_view{prefix}, {},
                                             [this](std::size_t entry) { return path_of(entry); });
  return next != entries_.end() && path_of(*next).starts_with(prefix);
}

// Neither the file, nor a folder of its name, nor a file in the place of one of its folders.
bool GitIndex::is_absent(const std::string& path) const {
  for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    if (find(std::string_view{path}.substr(0, slash))) return false;
  }
  return !find(path) && !holds_directory(path);
}

std::string GitIndex::id_of(std::size_t entry) const {
  std::string id;
  for (const char c : std::string_view{bytes_}.substr(entry + id_at, id_size_))
    fmt::format_to(std::back_inserter(id), "{:02x}", static_cast<unsigned char>(c));
  return id;
}

bool GitIndex::is_fresh(std::size_t entry, const fs::path& file) const {
  struct stat info{};
  if (::lstat(file.c_str(), &info) != 0) return false;
  const auto seen = [&](std::size_t at) { return number_at(entry + at); };
  // Written in the moment in which git wrote the index: it may have been edited since without a trace.
  if (std::tuple(info.st_mtim.tv_sec, info.st_mtim.tv_nsec) >= std::tuple(written_s_, written_ns_))
    return false;
  return seen(ctime_at) == cut(info.st_ctim.tv_sec) && seen(ctime_at + 4) == cut(info.st_ctim.tv_nsec) &&
         seen(mtime_at) == cut(info.st_mtim.tv_sec) && seen(mtime_at + 4) == cut(info.st_mtim.tv_nsec) &&
         seen(inode_at) == cut(static_cast<std::int64_t>(info.st_ino)) && seen(size_at) == cut(info.st_size);
}

bool GitIndex::is_untouched(const fs::path& work_tree, const GitDifference& difference) const {
  if (difference.old_mode == submodule_mode || difference.new_mode == submodule_mode) return false;
  if (difference.old_mode == 0) return is_absent(difference.path);
  const auto entry = find(difference.path);
  return entry && number_at(*entry + mode_at) == difference.old_mode && id_of(*entry) == difference.old_id &&
         stands_in_real_folders(work_tree, difference.path) && is_fresh(*entry, work_tree / difference.path);
}

}  // namespace slipway::vcs
