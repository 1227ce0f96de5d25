// The commands of slipway-server that are about the keys of links: fingerprint and trust. They work on the
// data directory, whether the server runs or not; one that runs notices within a second.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>

#include "server/config/config.h"

namespace slipway::apps {

// What the command line asked for, once the configuration is read; returns the exit code.
using Command = std::function<int(const server::config::Config& config)>;

// "ada on the command line"
std::string person();

// Adds the commands; the one that is given puts itself into `wanted`.
void add_link_commands(CLI::App& app, Command& wanted);

}  // namespace slipway::apps
