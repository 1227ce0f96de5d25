// The commands of slipway-server that are about the keys of links: fingerprint, trust, agent, rotate-key.
// They work on the data directory, whether the server runs or not; one that runs notices within a second.
#pragma once

#include "apps/server/command.h"

namespace slipway::apps {

// "ada on the command line"
std::string person();

// Adds the commands; the one that is given puts itself into `wanted`.
void add_link_commands(CLI::App& app, Command& wanted);

}  // namespace slipway::apps
