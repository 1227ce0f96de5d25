#include "server/fleet/fleet.h"

#include <ranges>

#include "base/text.h"
#include "json/map.h"

namespace slipway::server::fleet {
namespace {

constexpr std::chrono::seconds status_limit{30};
constexpr std::chrono::minutes status_interval{1};
// After an order: a deployment's nodes end close together, and each reading costs its host a git or svn.
constexpr base::Millis read_delay{700};

wire::LocalChanges to_wire(config::LocalChanges changes) {
  switch (changes) {
    case config::LocalChanges::keep:
      return wire::LocalChanges::keep;
    case config::LocalChanges::refuse:
      return wire::LocalChanges::refuse;
    case config::LocalChanges::discard:
      return wire::LocalChanges::discard;
  }
  return wire::LocalChanges::keep;
}

// Everything of a view that is worth telling when it changes; when it was last heard of is not.
std::string fingerprint(const NodeView& view) {
  return fmt::format("{}|{}|{}|{}|{}|{}|{}", view.online, view.reason.value_or("-"),
                     view.revision.value_or("-"), view.branch.value_or("-"),
                     view.modified ? base::join(*view.modified, "\n") : "-", view.agent_version.value_or("-"),
                     view.os.value_or("-"));
}

}  // namespace

wire::Target target_of(const config::App& app, const config::Node& node) {
  return {.vcs = app.type == config::VcsType::git ? wire::VcsType::git : wire::VcsType::svn,
          .url = app.url,
          .branch = app.branch,
          .path = node.path.string(),
          .local_changes = to_wire(app.local_changes)};
}

Fleet::Fleet(asio::any_io_executor executor, const config::Config& config, const std::string& instance,
             base::Logger log)
    : executor_(executor), log_(std::move(log)), tasks_(executor) {
  for (const config::App& app : config.apps) {
    for (const config::Node& node : app.nodes) {
      nodes_.push_back(
          std::make_unique<NodeState>(NodeState{.app = &app, .node = &node, .addr = node.addr.text()}));
      auto& connection = connections_[nodes_.back()->addr];
      if (connection) continue;
      ConnectionListener& listener = *this;
      connection = std::make_unique<AgentConnection>(executor, node.addr, instance, listener, log_);
    }
  }
}

Fleet::~Fleet() = default;

void Fleet::start(OrderListener& listener, Changed changed) {
  listener_ = &listener;
  changed_ = std::move(changed);
  for (const auto& connection : connections_ | std::views::values) tasks_.spawn(connection->run());
  tasks_.spawn(read_regularly());
}

asio::awaitable<void> Fleet::stop() {
  co_await tasks_.stop();
}

const AgentConnection* Fleet::connection(const std::string& addr) const {
  const auto found = connections_.find(addr);
  return found == connections_.end() ? nullptr : found->second.get();
}

NodeView Fleet::view(const NodeState& node) const {
  const AgentConnection& agent = *connection(node.addr);
  NodeView view{.alias = node.node->alias,
                .addr = node.addr,
                .path = node.node->path.string(),
                .online = agent.online()};
  view.reason = agent.online() ? node.problem : agent.reason();
  if (node.status) {
    view.revision = node.status->revision;
    view.branch = node.status->branch;
    view.modified = node.status->modified;
  }
  if (const auto& hello = agent.hello()) {
    view.agent_version = hello->version;
    view.os = hello->os;
  }
  view.last_seen = agent.last_heard();
  return view;
}

NodeView Fleet::view(const config::App& app, const config::Node& node) const {
  const auto found = std::ranges::find_if(nodes_, [&](const auto& state) {
    return state->app->name == app.name && state->node->alias == node.alias;
  });
  return found == nodes_.end() ? NodeView{.alias = node.alias} : view(**found);
}

bool Fleet::online(const std::string& addr) const {
  const AgentConnection* agent = connection(addr);
  return agent != nullptr && agent->online();
}

std::optional<base::Time> Fleet::offline_since(const std::string& addr) const {
  const AgentConnection* agent = connection(addr);
  // An agent that is no longer configured will not come back.
  return agent == nullptr ? std::optional(base::Time{}) : agent->offline_since();
}

std::vector<wire::OrderSummary> Fleet::kept_orders(const std::string& addr) const {
  const AgentConnection* agent = connection(addr);
  if (agent == nullptr || !agent->hello()) return {};
  return agent->hello()->orders.value_or(std::vector<wire::OrderSummary>{});
}

std::optional<std::string> Fleet::offline_reason(const std::string& addr) const {
  const AgentConnection* agent = connection(addr);
  return agent == nullptr ? std::optional<std::string>("the node is no longer configured") : agent->reason();
}

void Fleet::send(const std::string& addr, std::string frame) {
  if (const auto found = connections_.find(addr); found != connections_.end())
    found->second->send(std::move(frame));
}

asio::awaitable<base::Result<wire::Answer>> Fleet::ask(std::string addr, wire::Query query,
                                                       base::Millis limit) {
  const auto found = connections_.find(addr);
  if (found == connections_.end())
    co_return base::fail(base::ErrorCode::unavailable, "there is no agent at {}", addr);
  co_return co_await found->second->ask(std::move(query), limit);
}

void Fleet::connected(const std::string& addr) {
  for (const auto& node : nodes_) {
    if (node->addr == addr) start_reading(*node);
  }
  tell_all(addr);
  listener_->agent_connected(addr);
}

void Fleet::gone(const std::string& addr) {
  tell_all(addr);
  listener_->agent_gone(addr);
}

void Fleet::reason_changed(const std::string& addr) {
  tell_all(addr);
}

void Fleet::order_state(const std::string& addr, const wire::OrderStateMessage& state) {
  listener_->order_state(addr, state);
}

base::Result<> Fleet::spool(const std::string& addr, const wire::Spool& spool, std::string_view frames) {
  return listener_->spool(addr, spool, frames);
}

void Fleet::refresh(const std::string& app, const std::string& alias,
                    const std::optional<std::string>& revision) {
  for (const auto& node : nodes_) {
    if (node->app->name != app || node->node->alias != alias) continue;
    if (revision && node->status) {
      node->status->revision = revision;
      tell(*node);
    }
    tasks_.spawn(read_soon(*node));
  }
}

asio::awaitable<void> Fleet::read_soon(NodeState& node) {
  co_await async::sleep_for(read_delay);
  start_reading(node);
}

asio::awaitable<void> Fleet::read_regularly() {
  for (;;) {
    co_await async::sleep_for(status_interval);
    for (const auto& node : nodes_) {
      if (online(node->addr)) start_reading(*node);
    }
  }
}

void Fleet::start_reading(NodeState& node) {
  node.read_again = node.reading;
  if (!std::exchange(node.reading, true)) tasks_.spawn(read_status(node));
}

asio::awaitable<void> Fleet::read_status(NodeState& node) {
  do {
    node.read_again = false;
    wire::Query query{.kind = wire::QueryKind::status, .target = target_of(*node.app, *node.node)};
    auto answer = co_await ask(node.addr, std::move(query), status_limit);
    if (answer && answer->status) {
      node.status = std::move(answer->status);
      node.problem.reset();
    } else if (!answer && answer.error().code != base::ErrorCode::unavailable) {
      node.status.reset();
      node.problem = answer.error().message;
    }
    tell(node);
  } while (node.read_again);
  node.reading = false;
}

void Fleet::tell_all(const std::string& addr) {
  for (const auto& node : nodes_) {
    if (node->addr == addr) tell(*node);
  }
}

void Fleet::tell(NodeState& node) {
  const NodeView now = view(node);
  std::string print = fingerprint(now);
  if (print == node.shown) return;
  node.shown = std::move(print);
  changed_(node.app->name, now);
}

}  // namespace slipway::server::fleet
