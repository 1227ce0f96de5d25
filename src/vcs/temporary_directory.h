// A directory that goes with the object.
#pragma once

#include "base/error.h"
#include "vcs/types.h"

namespace slipway::vcs {

class TemporaryDirectory {
 public:
  TemporaryDirectory() = default;
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory();

  // Nobody else can look into it.
  base::Result<fs::path> make();

 private:
  fs::path path_;
};

}  // namespace slipway::vcs
