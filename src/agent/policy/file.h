// agent.json on disk: read, checked against this host, and only if nobody but its owner could have written
// it.
#pragma once

#include <filesystem>

#include "agent/policy/parse.h"
#include "base/error.h"

namespace slipway::agent::policy {

// Where it lies if nothing else is said.
inline constexpr const char* default_file = "/etc/slipway/agent.json";

// An unreadable or unguarded file is an Error; what is wrong inside it is in Loaded::problems.
base::Result<Loaded> load_policy(const fs::path& file);

// Refuses a file that somebody else than root and the user of this process could change.
base::Result<> check_guarded(const fs::path& file);

}  // namespace slipway::agent::policy
