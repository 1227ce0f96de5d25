// The file in which local changes are kept before they are dropped: written as the tool prints them, flushed
// to disk, and only then given its name.
#pragma once

#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "vcs/types.h"

namespace slipway::vcs {

class SavedPatch {
 public:
  static base::Result<SavedPatch> create(const WorkingCopyOptions& options);
  SavedPatch(SavedPatch&&) = default;
  ~SavedPatch();

  base::Result<> write(std::string_view bytes);
  // The full name.
  base::Result<fs::path> commit();

 private:
  SavedPatch(base::UniqueFd file, fs::path path) : file_(std::move(file)), path_(std::move(path)) {}
  fs::path part() const { return path_.string() + ".part"; }

  base::UniqueFd file_;
  fs::path path_;
};

}  // namespace slipway::vcs
