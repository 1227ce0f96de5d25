// Wires the server's parts together and runs them.
#pragma once

#include <filesystem>

#include "base/log.h"
#include "server/config/config.h"

namespace slipway::apps {

// Until SIGTERM or SIGINT; returns the exit code of the process. The agents' orders go on without the server.
// SIGHUP reads the file again.
int run_server(const std::filesystem::path& file, server::config::Loaded loaded, base::Logger log);

}  // namespace slipway::apps
