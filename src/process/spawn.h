// Starts a Command with posix_spawn. Not Boost.Process: that waits for its children by blocking in waitpid.
#pragma once

#include "base/error.h"
#include "process/child.h"
#include "process/process.h"

namespace slipway::process {

// The descriptors that become the child's standard output and standard error; both above 2.
struct Outputs {
  int out = -1;
  int err = -1;
};

// The child leads a process group of its own, reads /dev/null, has no other descriptor of ours, and default
// handlers and mask for all signals. An error is a sentence that names the command.
base::Result<Child> spawn(const Command& command, Outputs outputs);

}  // namespace slipway::process
