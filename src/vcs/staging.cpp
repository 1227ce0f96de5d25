#include "vcs/staging.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>
#include <vector>

#include "base/file.h"
#include "base/id.h"

namespace slipway::vcs {
namespace {

using base::ErrorCode;

// PATH.slipway-<order id>; what only looks alike (app.slipway-backup) is somebody else's.
bool is_leftover(const std::string& name, const std::string& prefix, const std::string& order_id) {
  if (!name.starts_with(prefix)) return false;
  const std::string id = name.substr(prefix.size());
  return id == order_id || base::is_id(id);
}

void remove_leftovers(const fs::path& path, const std::string& order_id) {
  const std::string prefix = path.filename().string() + ".slipway-";
  std::error_code error;
  std::vector<fs::path> leftovers;
  for (const fs::directory_entry& entry : fs::directory_iterator{path.parent_path(), error}) {
    if (is_leftover(entry.path().filename().string(), prefix, order_id)) leftovers.push_back(entry.path());
  }
  for (const fs::path& leftover : leftovers) fs::remove_all(leftover, error);
}

}  // namespace

base::Result<Staging> Staging::create(const Place& place, const std::string& order_id) {
  const fs::path parent = place.path.parent_path();
  std::error_code error;
  fs::create_directories(parent, error);
  if (error)
    return base::fail(ErrorCode::io, "cannot make the directory {}: {}", parent.string(), error.message());
  remove_leftovers(place.path, order_id);
  fs::path directory = place.path.string() + ".slipway-" + order_id;
  if (::mkdir(directory.c_str(), 0777) != 0) {
    return base::fail_errno(errno, "a new working copy is made beside its place, but {} cannot be created",
                            directory.string());
  }
  return Staging{place, std::move(directory)};
}

Staging::Staging(Staging&& other) noexcept
    : place_(std::move(other.place_)), directory_(std::exchange(other.directory_, fs::path{})) {}

Staging::~Staging() {
  std::error_code error;
  if (!directory_.empty()) fs::remove_all(directory_, error);
}

base::Result<> Staging::move_into_place() {
  struct stat info{};
  if (place_.kind == PlaceKind::empty && ::stat(place_.path.c_str(), &info) == 0) {
    ::chmod(directory_.c_str(), info.st_mode & 07777U);
    if (::geteuid() == 0 && ::chown(directory_.c_str(), info.st_uid, info.st_gid) != 0) {
      return base::fail_errno(errno, "cannot give {} its owner", directory_.string());
    }
    if (::rmdir(place_.path.c_str()) != 0) {
      return base::fail_errno(errno, "{} was empty and cannot be replaced by the new working copy",
                              place_.path.string());
    }
  }
  if (::rename(directory_.c_str(), place_.path.c_str()) != 0) {
    return base::fail_errno(errno, "cannot move the new working copy to {}", place_.path.string());
  }
  directory_.clear();
  return base::sync_directory(place_.path.parent_path());
}

}  // namespace slipway::vcs
