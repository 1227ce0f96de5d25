// What sessions are signed with.
#pragma once

#include <filesystem>
#include <string>

#include "base/error.h"
#include "base/log.h"

namespace slipway::server::access {

// The configured one; where that is empty, the one in the data directory (jwt_secret, mode 0600), which is
// made at its first use. Blocking.
base::Result<std::string> signing_secret(const std::string& configured, const std::filesystem::path& data_dir,
                                         const base::Logger& log);

}  // namespace slipway::server::access
