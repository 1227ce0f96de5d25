#include "vcs/saved_patch.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/file.h"

namespace slipway::vcs {
namespace {

// 20261123T080000Z
std::string compact(base::Time time) {
  std::string text = base::to_rfc3339(time).substr(0, 19) + "Z";
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

}  // namespace

base::Result<SavedPatch> SavedPatch::create(const WorkingCopyOptions& options) {
  if (auto made = base::make_writable_directory(options.patch_directory); !made) {
    return std::unexpected(made.error().context("the local changes cannot be saved"));
  }
  SavedPatch patch{base::UniqueFd{}, options.patch_directory /
                                         fmt::format("{}-{}.patch", options.order_id, compact(base::now()))};
  patch.file_ = base::UniqueFd{::open(patch.part().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  if (!patch.file_) return base::fail_errno(errno, "cannot create {}", patch.part().string());
  return patch;
}

SavedPatch::~SavedPatch() {
  if (file_) ::unlink(part().c_str());
}

base::Result<> SavedPatch::write(std::string_view bytes) {
  auto written = base::write_all(file_.get(), bytes);
  if (!written) return std::unexpected(written.error().context(part().string()));
  return {};
}

base::Result<fs::path> SavedPatch::commit() {
  if (::fsync(file_.get()) != 0) return base::fail_errno(errno, "cannot flush {}", part().string());
  if (::rename(part().c_str(), path_.c_str()) != 0)
    return base::fail_errno(errno, "cannot rename {}", part().string());
  file_.reset();
  if (auto synced = base::sync_directory(path_.parent_path()); !synced)
    return std::unexpected(synced.error());
  return path_;
}

}  // namespace slipway::vcs
