// From the configuration that is in force to the one that its file holds now: as a whole or not at all. Pure.
#pragma once

#include <string>
#include <vector>

#include "server/config/config.h"

namespace slipway::server::config {

struct Reload {
  std::vector<Problem> problems;     // why nothing is changed
  std::vector<std::string> changes;  // in sentences; none: the file says what it said

  bool possible() const { return problems.empty(); }
};

// Warnings are no obstacle; a change of what a running server cannot change is.
Reload plan_reload(const Loaded& in_force, const Loaded& wanted);

}  // namespace slipway::server::config
