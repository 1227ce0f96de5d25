// Wires the server's parts together and runs them.
#pragma once

#include "base/log.h"
#include "server/config/config.h"

namespace slipway::apps {

// Until SIGTERM or SIGINT; returns the exit code of the process. The agents' orders go on without the server.
int run_server(server::config::Config config, base::Logger log);

}  // namespace slipway::apps
