// What slipway-server does in place of serving: a command on its tables, whether it runs or not.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "server/access/audit.h"
#include "server/config/config.h"
#include "server/store/store.h"

namespace slipway::apps {

// The exit code.
using Command = std::function<int(const server::config::Config&)>;

// Prints it; the exit code.
int failed(const base::Error& error);

// Opens the database, calls the function, and prints what went wrong.
int with_store(const server::config::Config& config,
               const std::function<base::Result<>(server::store::Store&)>& function);

// Who is at the keyboard.
std::string local_user();

// For the audit log: what whoever is at the keyboard did, on what.
server::access::AuditEntry done_here(std::string what, std::string target, std::string detail);

// Each adds its subcommands; the one that is used sets `command`.
void add_user_commands(CLI::App& app, Command& command);
void add_api_token_commands(CLI::App& app, Command& command);
void add_audit_commands(CLI::App& app, Command& command);

}  // namespace slipway::apps
