// slipway-server token: makes, shows and revokes the tokens with which agents join that dial the server.
#pragma once

#include "apps/server/link_commands.h"

namespace slipway::apps {

void add_token_commands(CLI::App& app, Command& wanted);

}  // namespace slipway::apps
