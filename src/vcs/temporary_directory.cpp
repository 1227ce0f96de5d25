#include "vcs/temporary_directory.h"

#include <cerrno>
#include <cstdlib>

namespace slipway::vcs {

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code error;
  if (!path_.empty()) fs::remove_all(path_, error);
}

base::Result<fs::path> TemporaryDirectory::make() {
  std::error_code error;
  std::string name = (fs::temp_directory_path(error) / "slipway-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) return base::fail_errno(errno, "cannot make the directory {}", name);
  path_ = name;
  return path_;
}

}  // namespace slipway::vcs
