// slipway-server: the page, the API, the history and the rollout engine.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>

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
  kill -HUP PID
      Put what server.json says now in force, as a whole or not at all; the log tells what changed.

A small server.json:
  {
    "listen_http": ":8082",
    "apps": [{
      "name": "shop", "type": "git", "url": "https://git.example.com/shop.git", "branch": "main",
      "node": [{"alias": "api-1", "addr": "127.0.0.1:8081", "path": "/srv/shop", "after_deploy": "systemctl restart shop"}]
    }]
  }

Each node's agent is started with  slipway-agent -l :8081
)";

// Writes the problems as compilers do; true if there is none that forbids a start.
bool report(const config::Loaded& loaded, const fs::path& file) {
  for (const config::Problem& problem : loaded.problems) std::cerr << config::describe(problem, file) << '\n';
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
  if (!report(*loaded, file)) return 2;
  if (check) {
    std::cout << file.string() << ": good, " << loaded->config.apps.size() << " apps\n";
    return 0;
  }
  raise_file_limit();
  const base::Logger log = base::make_stderr_logger(loaded->config.debug);
  return apps::run_server(file, std::move(*loaded), log);
}
