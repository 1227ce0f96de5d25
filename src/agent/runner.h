// The runner: one process per order. It carries out the steps of the order in its directory and writes what
// happens into the order's spool. It needs neither the agent nor the server to be alive.
#pragma once

#include <filesystem>

#include "base/log.h"

namespace slipway::agent {

// `slipway-agent run-order DIR`, where DIR is `<data>/orders/<id>`. Returns the exit code of the process: 0
// when a result was written, or when another runner is at work on this order.
//
// SIGTERM asks it to stop: the step that runs is stopped with its process tree, and the order ends
// `cancelled`.
int run_order(const std::filesystem::path& directory, const base::Logger& log);

}  // namespace slipway::agent
