// slipway-agent: the agent, and the runner that it starts for each order.
#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "agent/agent.h"
#include "agent/ask_as.h"
#include "agent/runner.h"
#include "apps/agent/check.h"
#include "base/address.h"
#include "base/log.h"
#include "base/size.h"
#include "base/time.h"

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace slipway;

constexpr const char* description =
    "Carries out what Slipway servers ask for on this host: update and roll back git and svn working "
    "copies,\n"
    "with hooks before and after.";

constexpr const char* footer = R"(
Examples:
  slipway-agent -l :8081
      Listen on port 8081 for servers on this host.
  slipway-agent -l 127.0.0.1:8093 --data /srv/slipway-agent
      Another port, another place for orders and saved local changes.
  slipway-agent --keep-orders 1d --keep-bytes 200MiB
      On a host with a small disk: forget orders sooner once their server has stored all of them.

  slipway-agent check
      Say what /etc/slipway/agent.json allows servers to ask for on this host; with a file, whether it allows that order.

Links are not encrypted yet, so the agent listens on loopback addresses only.

The data directory holds one folder for each order (orders/ID: order.json, the output as `spool`), what
"local_changes": "discard" saved (patches/), and repositories from which histories are read and releases
are made (cache/).
An order goes a week after its server has stored all of it, or sooner where they take more than 1 GiB together; never
before. A repository in cache/ goes when it was not used for 30 days. What is in patches/ is never removed.
Orders go on while the agent is stopped, killed or upgraded; the next start takes them up again.
Name this agent in the server's server.json:  {"alias": "api-1", "addr": "127.0.0.1:8081", "path": "/srv/app"}
)";

fs::path default_data_directory() {
  if (::geteuid() == 0) return "/var/lib/slipway-agent";
  if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state == '/') {
    return fs::path(state) / "slipway-agent";
  }
  const char* home = std::getenv("HOME");
  return fs::path(home != nullptr ? home : "/tmp") / ".local/state/slipway-agent";
}

// Each connection is a descriptor; the usual soft limit of 1024 is soon used up by strangers who connect and
// wait.
void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 65536);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void reload_at_each(asio::signal_set& signal, agent::Agent& agent) {
  signal.async_wait([&](boost::system::error_code stopped, int) {
    if (stopped) return;
    agent.reload_policy();
    reload_at_each(signal, agent);
  });
}

int run_agent(agent::AgentOptions options, const base::Logger& log) {
  raise_file_limit();
  asio::io_context loop{1};
  agent::Agent agent(loop.get_executor(), std::move(options), log);
  if (const auto mistakes = agent.open_policy(); !mistakes.empty()) {
    for (const std::string& mistake : mistakes) log->error("{}", mistake);
    return 2;
  }
  if (const auto opened = agent.open(); !opened) {
    log->error("{}", opened.error().message);
    return 2;
  }
  // Before the words that tell others that it is up.
  asio::signal_set reload{loop, SIGHUP};
  reload_at_each(reload, agent);
  asio::signal_set signals{loop, SIGTERM, SIGINT};
  signals.async_wait([&](boost::system::error_code, int) {
    log->info("stopping; orders that run go on");
    reload.cancel();
    asio::co_spawn(loop, agent.stop(), [](const std::exception_ptr& bug) {
      if (bug) std::rethrow_exception(bug);
    });
  });
  agent.start();
  for (const std::string& address : agent.addresses()) log->info("listening on {}", address);
  loop.run();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{description, "slipway-agent"};
  app.footer(footer);
  app.set_version_flag("--version", "slipway-agent " SLIPWAY_VERSION);
  std::string listen = ":8081";
  fs::path data = default_data_directory();
  bool debug = false;
  app.add_option("-l,--listen", listen, "Where to listen for servers: \":PORT\" or \"HOST:PORT\"")
      ->capture_default_str();
  app.add_option("--data", data, "The agent's data directory")->capture_default_str();
  std::string keep_orders = "7d";
  std::string keep_bytes = "1GiB";
  app.add_option("--keep-orders", keep_orders,
                 "How long an order is kept after its server has stored all of it, such as \"7d\" or \"12h\"")
      ->capture_default_str();
  app.add_option("--keep-bytes", keep_bytes, "How much such orders may take together, such as \"500MiB\"")
      ->capture_default_str();
  fs::path policy = agent::policy::default_file;
  const CLI::Option* named_policy =
      app.add_option("--policy", policy, "What servers may ask for on this host; read again at SIGHUP")
          ->capture_default_str();
  app.add_flag("--debug", debug, "Log more");
  fs::path order;
  CLI::App* runner =
      app.add_subcommand("run-order", "Carry out the order in DIR (the agent starts this itself)");
  runner->add_option("DIR", order, "An order's directory")->required();
  const CLI::App* asked =
      app.add_subcommand("answer", "Answer a question as another user (the agent starts this itself)");
  const apps::Check check(app);
  CLI11_PARSE(app, argc, argv);

  const base::Logger log = base::make_stderr_logger(debug);
  if (runner->parsed()) return agent::run_order(order, log);
  if (asked->parsed()) return agent::answer_question();
  if (check.wanted()) return check.run(policy, named_policy->count() > 0);
  const auto address = base::parse_address(listen);
  if (!address) {
    log->error("-l: {}", address.error().message);
    return 2;
  }
  const auto orders = base::parse_duration(keep_orders);
  const auto bytes = base::parse_size(keep_bytes);
  if (!orders || !bytes) {
    log->error(
        "{}", orders ? "--keep-bytes: " + bytes.error().message : "--keep-orders: " + orders.error().message);
    return 2;
  }
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  return run_agent({.host = address->host,
                    .port = address->port,
                    .data = fs::absolute(data),
                    .program = error ? fs::path(argv[0]) : program,
                    .keep = {.orders = *orders, .bytes = *bytes},
                    .policy = fs::absolute(policy),
                    .policy_required = named_policy->count() > 0},
                   log);
}
