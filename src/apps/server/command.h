// What slipway-server does in place of serving: a command on its tables, whether it runs or not.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>

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

// A subcommand of a group, such as `user add`: once given on the command line, it calls the function with
// what was typed. `Words` is what the options of the group's subcommands are read into.
template <class Words>
using CommandFunction = int (*)(const server::config::Config& config, const Words& words);

template <class Words>
CLI::App* add_command(CLI::App& group, Command& command, const char* name, const char* what,
                      std::shared_ptr<Words> words, CommandFunction<Words> function) {
  CLI::App* sub = group.add_subcommand(name, what);
  sub->callback([&command, words, function] {
    command = [words, function](const server::config::Config& config) { return function(config, *words); };
  });
  return sub;
}

// Each adds its subcommands; the one that is used sets `command`.
void add_user_commands(CLI::App& app, Command& command);
void add_api_token_commands(CLI::App& app, Command& command);
void add_audit_commands(CLI::App& app, Command& command);

}  // namespace slipway::apps
