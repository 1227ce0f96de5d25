// slipway-server: the page, the API, the history and the rollout engine.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>

#include "apps/server/command.h"
#include "apps/server/link_commands.h"
#include "apps/server/server.h"
#include "base/log.h"
#include "server/config/config.h"

namespace {

namespace fs = std::filesystem;
using namespace slipway;
using namespace slipway::server;

constexpr const char* description = "Serves the page and the API, and tells the agents what to do.";

constexpr const char* footer = R"(
Examples:
  slipway-server -c server.json --check
      Read the configuration and say what is wrong with it, all at once. Exit code 2 if anything is.
  slipway-server -c server.json
      Run. The page's address is in the log.
  slipway-server fingerprint -c server.json
      Print the fingerprint of this server's key; agents are started with --trust and this.
  slipway-server trust -c server.json
      Show which key each agent is known by, and what to do about those that nobody has confirmed.
  slipway-server trust -c server.json api-1 --accept SHA256:AbC…
      This is the key of the agent at the node api-1: `slipway-agent fingerprint` printed it on its host.
  slipway-server token create -c server.json --app shop --expires 1h
      Print a token that lets one agent in that dials: slipway-agent --connect HOST:8083 --token …
  slipway-server agent approve -c server.json web-7
      Let in the agent web-7, which dialled without a token and waits.
  slipway-server rotate-key -c server.json --overlap 7d
      Make the next key of this server. Agents are told over their links, and know it when it takes over.
  slipway-server user add -c server.json ada --role deployer
      Let somebody in. The first start makes the account "admin" and prints its password, once.
  kill -HUP PID
      Put what server.json says now in force, as a whole or not at all; the log tells what changed.

A small server.json:
  {
    "listen_http": ":8082",
    "apps": [{
      "name": "shop", "type": "git", "url": "https://git.example.com/shop.git", "branch": "main",
      "node": [{"alias": "api-1", "addr": "10.0.0.7:8081", "path": "/srv/shop", "after_deploy": "systemctl restart shop"}]
    }]
  }

Each node's agent is started with  slipway-agent -l :8081 --trust SHA256:…  and what `slipway-server fingerprint` prints.
)";

// Writes the problems as compilers do; true if there is none that forbids a start. A command is not the place
// for warnings.
bool report(const config::Loaded& loaded, const fs::path& file, bool warnings) {
  for (const config::Problem& problem : loaded.problems) {
    if (warnings || !problem.warning) std::cerr << config::describe(problem, file) << '\n';
  }
  return loaded.ok();
}

void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 65536);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{description, "slipway-server"};
  app.footer(footer);
  app.set_version_flag("--version", "slipway-server " SLIPWAY_VERSION);
  fs::path file = "server.json";
  bool check = false;
  bool reference = false;
  app.add_option("-c,--config", file, "The configuration file")->capture_default_str();
  app.add_flag("--check", check, "Only check the configuration");
  app.add_flag("--config-reference", reference, "Print what the configuration may hold, as Markdown");
  app.fallthrough();  // so that -c may also stand at the end
  apps::Command command;
  apps::add_link_commands(app, command);
  apps::add_user_commands(app, command);
  apps::add_api_token_commands(app, command);
  apps::add_audit_commands(app, command);
  CLI11_PARSE(app, argc, argv);
  if (reference) {
    std::cout << config::reference_markdown();
    return 0;
  }

  auto loaded = config::load_config(file);
  if (!loaded) {
    std::cerr << loaded.error().message << '\n';
    return 2;
  }
  if (!report(*loaded, file, !command)) return 2;
  if (command) return command(loaded->config);
  if (check) {
    std::cout << file.string() << ": good, " << loaded->config.apps.size() << " apps\n";
    return 0;
  }
  raise_file_limit();
  const base::Logger log = base::make_stderr_logger(loaded->config.debug);
  return apps::run_server(file, std::move(*loaded), log);
}
