#include "vcs/disk_space.h"

#include <sys/statvfs.h>

#include <array>
#include <cerrno>

#include "base/text.h"
#include "vcs/place.h"

namespace slipway::vcs {
namespace {

constexpr std::uint64_t reserve = std::uint64_t{256} << 10U;

fs::path nearest_existing(fs::path path) {
  while (!is_there(path) && path.has_relative_path()) path = path.parent_path();
  return path;
}

}  // namespace

base::Result<> check_room(const fs::path& path, std::uint64_t bytes) {
  const fs::path there = nearest_existing(path);
  struct statvfs disk{};
  if (::statvfs(there.c_str(), &disk) != 0)
    return base::fail_errno(errno, "cannot ask for the free space of {}", there.string());
  const std::uint64_t free = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  if (free < bytes + reserve) {
    return base::fail(
        base::ErrorCode::io,
        "the disk of {} has {} free, and {} are needed: make room there, or keep fewer releases",
        base::printable(path.string()), shown_size(free), shown_size(bytes + reserve));
  }
  if (disk.f_files != 0 && disk.f_favail == 0) {
    return base::fail(base::ErrorCode::io, "the disk of {} has no inode left: remove files there",
                      base::printable(path.string()));
  }
  return {};
}

std::string shown_size(std::uint64_t bytes) {
  constexpr auto units = std::to_array<const char*>({"bytes", "KiB", "MiB", "GiB", "TiB"});
  auto size = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; size >= 1024 && unit + 1 < units.size(); ++unit) size /= 1024;
  return unit == 0 ? fmt::format("{} {}", bytes, units[0]) : fmt::format("{:.1f} {}", size, units[unit]);
}

}  // namespace slipway::vcs
