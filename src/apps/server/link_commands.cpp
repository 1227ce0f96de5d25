#include "apps/server/link_commands.h"

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <iostream>
#include <memory>
#include <set>

#include "apps/rotate_key.h"
#include "apps/server/token_commands.h"
#include "base/log.h"
#include "base/text.h"
#include "net/key_rotation.h"
#include "server/fleet/agent_keys.h"
#include "server/store/database.h"

namespace slipway::apps {
namespace {

namespace asio = boost::asio;
using namespace slipway::server;
using fleet::AgentKeys;

struct TrustArguments {
  std::string agent;
  std::string accept;
};

int print_fingerprint(const config::Config& config) {
  const auto identity = net::open_identity_of_now(config.data_dir / "identity");
  if (!identity) return failed(identity.error());
  std::cout << identity->fingerprint().text() << '\n';
  return 0;
}

// By agent: its nodes as "app/alias".
std::map<std::string, std::vector<std::string>> nodes_of(const config::Config& config) {
  std::map<std::string, std::vector<std::string>> nodes;
  for (const config::App& app : config.apps) {
    for (const config::Node& node : app.nodes) nodes[node.agent_id()].push_back(app.name + "/" + node.alias);
  }
  return nodes;
}

// Runs to its end what would be asked of a running server.
template <class T>
T carry_out(asio::awaitable<T> task) {
  asio::io_context loop{1};
  std::optional<T> result;
  asio::co_spawn(loop, std::move(task), [&](const std::exception_ptr& bug, T value) {
    if (bug) std::rethrow_exception(bug);
    result.emplace(std::move(value));
  });
  loop.run();
  return std::move(*result);
}

// The agent that a person means: its address or name, "app/alias", or an alias that is clear.
base::Result<std::string> find_agent(const config::Config& config, const AgentKeys& keys,
                                     const std::string& meant) {
  const auto nodes = nodes_of(config);
  if (nodes.contains(meant) || keys.knows(meant)) return meant;
  if (const auto address = base::parse_address(meant); address && nodes.contains(address->text()))
    return address->text();
  std::set<std::string> found;
  for (const auto& [agent, names] : nodes) {
    for (const std::string& name : names) {
      if (name == meant || name.ends_with("/" + meant)) found.insert(agent);
    }
  }
  if (found.size() == 1) return *found.begin();
  if (found.empty())
    return base::fail(
        base::ErrorCode::not_found,
        "no node of the configuration has the agent or the name \"{}\"; see: slipway-server trust",
        base::printable(meant));
  return base::fail(base::ErrorCode::conflict,
                    "\"{}\" is a node of several apps; name it as APP/{}, or by its address",
                    base::printable(meant), base::printable(meant));
}

std::string text_of(const std::optional<base::Fingerprint>& key) {
  return key ? key->text() : "no key is known yet";
}

void print_agent(const AgentKeys& keys, const std::string& agent, const std::vector<std::string>& nodes) {
  const store::AgentKey known = keys.known(agent);
  const fleet::TrustState state = keys.state(agent);
  std::cout << fmt::format("{}  {}  {}\n", agent, boost::describe::enum_to_string(state, ""),
                           state == fleet::TrustState::plaintext ? "-" : text_of(known.key));
  std::cout << "  nodes: " << (nodes.empty() ? "none" : base::join(nodes, ", ")) << '\n';
  if (known.confirmed && known.confirmed_at)
    std::cout << fmt::format("  confirmed {} by {}\n", base::to_rfc3339(*known.confirmed_at),
                             known.confirmed_by.value_or("somebody"));
  if (known.offered && state == fleet::TrustState::pending)
    std::cout << fmt::format(
        "  {} {}: slipway-server agent approve -c server.json {}\n",
        known.rejected ? "was rejected with the key" : "waits to be approved with the key",
        known.offered->text(), agent);
  else if (known.offered)
    std::cout << fmt::format("  offers {} since {}: it is refused until somebody accepts it\n",
                             known.offered->text(),
                             known.offered_at ? base::to_rfc3339(*known.offered_at) : "an unknown time");
  const bool open = state == fleet::TrustState::unconfirmed || state == fleet::TrustState::changed;
  if (open)
    std::cout << fmt::format(
        "  compare with `slipway-agent fingerprint` on its host, then: slipway-server trust -c "
        "server.json {} --accept {}\n",
        agent, known.offered ? known.offered->text() : text_of(known.key));
}

asio::awaitable<void> write_down(store::Database& database, access::AuditEntry entry) {
  co_await database.run([entry = std::move(entry)](store::Store& store) {
    access::append_alone(store.session(), entry);
    return true;
  });
}

asio::awaitable<base::Result<>> run_trust(const config::Config& config, store::Database& database,
                                          AgentKeys& keys, const TrustArguments& arguments) {
  co_await keys.load();
  std::optional<std::string> only;
  if (!arguments.agent.empty()) {
    const auto found = find_agent(config, keys, arguments.agent);
    if (!found) co_return std::unexpected(found.error());
    only = *found;
  }
  if (!arguments.accept.empty()) {
    if (!only)
      co_return base::fail(base::ErrorCode::invalid,
                           "--accept: whose key is it? Name the agent or the node as well");
    const auto key = base::parse_fingerprint(arguments.accept);
    if (!key) co_return std::unexpected(key.error().context("--accept"));
    if (auto accepted = co_await keys.accept(*only, *key, person()); !accepted) co_return accepted;
    co_await write_down(database, done_here("trustAgent", "agents/" + *only, "the key " + key->text()));
  }
  auto all = nodes_of(config);
  for (const std::string& agent : keys.agents()) all[agent];
  for (const auto& [agent, nodes] : all) {
    if (!only || *only == agent) print_agent(keys, agent, nodes);
  }
  co_return base::Result<>{};
}

// Gives the work the keys as a running server has them.
template <class Work>
int with_keys(const config::Config& config, Work work) {
  auto opened = store::Store::open_beside(config.data_dir);
  if (!opened) return failed(opened.error());
  store::Database database(std::move(*opened));
  const config::Current current(config);
  AgentKeys keys(current, database, base::make_null_logger());
  base::Result<> done;
  try {
    done = carry_out(work(database, keys));
  } catch (const std::exception& error) {
    done = std::unexpected(store::database_error(error));
  }
  return done ? 0 : failed(done.error());
}

int trust(const config::Config& config, const TrustArguments& arguments) {
  return with_keys(config, [&](store::Database& database, AgentKeys& keys) {
    return run_trust(config, database, keys, arguments);
  });
}

asio::awaitable<base::Result<>> run_decide(store::Database& database, AgentKeys& keys,
                                           const std::string& name, bool approve) {
  co_await keys.load();
  const auto done = approve ? co_await keys.approve(name, person()) : co_await keys.reject(name, person());
  if (!done) co_return done;
  co_await write_down(database, done_here(approve ? "approveAgent" : "rejectAgent", "agents/" + name, ""));
  std::cout << fmt::format("the agent {} is {}\n", name, approve ? "approved" : "rejected");
  co_return base::Result<>{};
}

int decide(const config::Config& config, const std::string& name, bool approve) {
  return with_keys(config, [&](store::Database& database, AgentKeys& keys) {
    return run_decide(database, keys, name, approve);
  });
}

void add_decision(CLI::App& group, const std::string& name, const char* text, bool approve, Command& wanted) {
  const auto agent = std::make_shared<std::string>();
  CLI::App* command = group.add_subcommand(name, text);
  command->fallthrough();
  command->add_option("NAME", *agent, "The agent's name")->required();
  command->callback([&wanted, agent, approve] {
    wanted = [agent, approve](const config::Config& config) { return decide(config, *agent, approve); };
  });
}

int rotate(const config::Config& config, const RotateArguments& arguments) {
  const auto done = rotate_key(config.data_dir / "identity", arguments);
  if (!done) return failed(done.error());
  return with_store(config, [](store::Store& store) -> base::Result<> {
    access::append_alone(store.session(), done_here("rotateKey", "identity", ""));
    return {};
  });
}

void add_rotation(CLI::App& app, Command& wanted) {
  const auto arguments = std::make_shared<RotateArguments>();
  CLI::App* command = add_rotate_command(app, *arguments);
  command->fallthrough();
  command->callback([&wanted, arguments] {
    wanted = [arguments](const config::Config& config) { return rotate(config, *arguments); };
  });
}

void add_agent_commands(CLI::App& app, Command& wanted) {
  CLI::App* group = app.add_subcommand("agent", "Decide about agents that dialled and wait");
  group->fallthrough();
  group->require_subcommand(1);
  add_decision(*group, "approve", "Let the agent in, by the key that it waits with", true, wanted);
  add_decision(*group, "reject", "Turn the agent away, now and whenever it comes with this key", false,
               wanted);
}

}  // namespace

std::string person() {
  return local_user() + " on the command line";
}

void add_link_commands(CLI::App& app, Command& wanted) {
  app.add_subcommand("fingerprint",
                     "Print the fingerprint of this server's key, which is made if there is none; agents are "
                     "started with --trust and this")
      ->fallthrough()
      ->callback([&wanted] { wanted = print_fingerprint; });
  add_rotation(app, wanted);
  add_agent_commands(app, wanted);
  add_token_commands(app, wanted);
  const auto arguments = std::make_shared<TrustArguments>();
  CLI::App* command = app.add_subcommand("trust", "Show the agents' keys, or accept one");
  command->fallthrough();
  command->add_option("AGENT", arguments->agent,
                      "The agent's address, or the name of a node: ALIAS or APP/ALIAS");
  command->add_option("--accept", arguments->accept, "This is the agent's key: its fingerprint, SHA256:…");
  command->callback([&wanted, arguments] {
    wanted = [arguments](const config::Config& config) { return trust(config, *arguments); };
  });
}

}  // namespace slipway::apps
