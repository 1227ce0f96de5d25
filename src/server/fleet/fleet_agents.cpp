// The agents behind the nodes: who they are, how they come in, and what people say of them.
#include <ranges>
#include <set>

#include "server/fleet/fleet.h"

namespace slipway::server::fleet {

base::Result<> Fleet::listen() {
  const auto& address = config_.get()->listen_agents;
  return address ? door_.listen(*address) : base::Result<>{};
}

// One that dials itself: there is nothing to be done but to wait for it.
Fleet::ConnectionPtr Fleet::expect(const std::string& name) {
  ConnectionPtr& connection = connections_[name];
  ConnectionListener& listener = *this;
  if (!connection)
    connection = std::make_shared<AgentConnection>(executor_, name, credentials_, listener, log_);
  return connection;
}

asio::awaitable<base::Error> Fleet::carry(std::string name, net::Link& link, wire::Hello hello,
                                          base::Fingerprint key) {
  const ConnectionPtr connection = expect(name);
  const base::Error reason = co_await connection->carry(link, std::move(hello), key);
  tasks_.spawn(let_go());
  co_return reason;
}

AgentView Fleet::agent_view(const std::string& id) const {
  AgentView view{.id = id, .trust = credentials_.keys.state(id), .key = credentials_.keys.known(id)};
  for (const NodePtr& node : nodes_) {
    if (node->addr == id) view.nodes.emplace_back(node->app->name, node->node->alias);
  }
  const AgentConnection* agent = connection(id);
  if (agent == nullptr) return view;
  view.online = agent->online();
  view.reason = why_away(id);
  view.last_seen = agent->last_heard();
  if (const auto& hello = agent->hello()) {
    view.host = hello->host;
    view.os = hello->os;
    view.version = hello->version;
  }
  return view;
}

std::vector<AgentView> Fleet::agents() const {
  std::set<std::string> ids;
  for (const std::string& id : connections_ | std::views::keys) ids.insert(id);
  for (const std::string& id : credentials_.keys.agents()) ids.insert(id);
  std::vector<AgentView> views;
  for (const std::string& id : ids) views.push_back(agent_view(id));
  return views;
}

std::optional<AgentView> Fleet::agent(const std::string& id) const {
  const bool known = connection(id) != nullptr || credentials_.keys.knows(id);
  return known ? std::optional(agent_view(id)) : std::nullopt;
}

asio::awaitable<base::Result<>> Fleet::approve(const std::string& id, std::string who) {
  return credentials_.keys.approve(id, std::move(who));
}

asio::awaitable<base::Result<>> Fleet::reject(const std::string& id, std::string who) {
  return credentials_.keys.reject(id, std::move(who));
}

asio::awaitable<base::Result<>> Fleet::trust(const std::string& id, base::Fingerprint key, std::string who) {
  return credentials_.keys.accept(id, key, std::move(who));
}

void Fleet::reconnect(const std::string& reason) {
  for (const auto& connection : connections_ | std::views::values) connection->reconnect(reason);
}

void Fleet::trust_changed(const std::string& addr) {
  if (const auto found = connections_.find(addr); found != connections_.end()) found->second->trust_changed();
  door_.decided(addr);
  tell_all(addr);
}

// None: it is there.
std::optional<std::string> Fleet::why_away(const std::string& id) const {
  if (credentials_.keys.is_waiting(id))
    return fmt::format("the agent waits to be approved: slipway-server agent approve -c server.json {}", id);
  const AgentConnection* agent = connection(id);
  return agent == nullptr ? std::nullopt : agent->reason();
}

}  // namespace slipway::server::fleet
