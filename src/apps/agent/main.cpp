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
#include <iostream>

#include "agent/agent.h"
#include "agent/ask_as.h"
#include "agent/runner.h"
#include "apps/agent/check.h"
#include "apps/agent/options.h"
#include "apps/rotate_key.h"
#include "base/log.h"
#include "net/key_rotation.h"

namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace slipway;

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

void tell_start(const agent::Agent& agent, const base::Logger& log) {
  if (const auto key = agent.fingerprint())
    log->info("this agent's key is {}", key->text());
  else
    log->warn("links are plaintext: every user of this host can tell this agent what to run");
  for (const std::string& address : agent.addresses()) log->info("listening on {}", address);
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
  tell_start(agent, log);
  loop.run();
  return 0;
}

int rotate(const fs::path& data, const apps::RotateArguments& arguments, const base::Logger& log) {
  const auto done = apps::rotate_key(data / "identity", arguments);
  if (!done) log->error("{}", done.error().message);
  return done ? 0 : 2;
}

int print_fingerprint(const fs::path& data, const base::Logger& log) {
  const auto identity = net::open_identity_of_now(data / "identity");
  if (!identity) {
    log->error("{}", identity.error().message);
    return 2;
  }
  std::cout << identity->fingerprint().text() << '\n';
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{apps::agent_description, "slipway-agent"};
  app.footer(apps::agent_footer);
  app.set_version_flag("--version", "slipway-agent " SLIPWAY_VERSION);
  apps::AgentArguments arguments;
  apps::add_agent_options(app, arguments);
  fs::path order;
  CLI::App* runner =
      app.add_subcommand("run-order", "Carry out the order in DIR (the agent starts this itself)");
  runner->add_option("DIR", order, "An order's directory")->required();
  const CLI::App* asked =
      app.add_subcommand("answer", "Answer a question as another user (the agent starts this itself)");
  const apps::Check check(app);
  CLI::App* fingerprint = app.add_subcommand(
      "fingerprint", "Print the fingerprint of this agent's key, which is made if there is none");
  fingerprint->add_option("--data", arguments.data, "The agent's data directory")->capture_default_str();
  apps::RotateArguments rotation;
  CLI::App* rotation_command = apps::add_rotate_command(app, rotation);
  rotation_command->add_option("--data", arguments.data, "The agent's data directory")->capture_default_str();
  CLI11_PARSE(app, argc, argv);

  // Hooks inherit the environment, and these are none of their business.
  ::unsetenv("SLIPWAY_TOKEN");
  ::unsetenv("SLIPWAY_PROXY");
  const base::Logger log = base::make_stderr_logger(arguments.debug);
  if (runner->parsed()) return agent::run_order(order, log);
  if (asked->parsed()) return agent::answer_question();
  if (check.wanted()) return check.run(arguments.policy, arguments.policy_required());
  if (rotation_command->parsed()) return rotate(arguments.data, rotation, log);
  if (fingerprint->parsed()) return print_fingerprint(arguments.data, log);
  auto options = apps::agent_options(arguments, argv[0]);
  if (!options) {
    log->error("{}", options.error().message);
    return 2;
  }
  return run_agent(std::move(*options), log);
}
