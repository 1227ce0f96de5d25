#include "server/fleet/fleet.h"

#include <random>
#include <ranges>

#include "base/text.h"
#include "json/map.h"

namespace slipway::server::fleet {
namespace {

constexpr std::chrono::seconds status_limit{30};
constexpr std::chrono::minutes status_interval{1};
// After an order: a deployment's nodes end close together, and each reading costs its host a git or svn.
constexpr base::Millis read_delay{700};
// Each is a git or svn on the agent's host.
constexpr int readings_of_one_agent = 4;

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

std::string fingerprint(const Drift& drift) {
  std::string text = drift.expected;
  for (const DriftReason reason : drift.reasons) text += boost::describe::enum_to_string(reason, "");
  return text;
}

std::optional<wire::Releases> to_wire(const std::optional<config::Releases>& releases) {
  if (!releases) return std::nullopt;
  return wire::Releases{.shared = releases->shared,
                        .keep_releases = releases->keep_releases,
                        .keep_bytes = releases->keep_bytes,
                        .keep_failed = releases->keep_failed};
}

// Everything of a view that is worth telling when it changes; when it was last heard of is not.
std::string fingerprint(const NodeView& view) {
  return fmt::format("{}|{}|{}|{}|{}|{} {}|{}|{}|{}|{}", boost::describe::enum_to_string(view.trust, ""),
                     view.online, view.reason.value_or("-"), view.revision.value_or("-"),
                     view.branch.value_or("-"), view.modified_total.value_or(0),
                     view.modified ? base::join(*view.modified, "\n") : "-", view.agent_version.value_or("-"),
                     view.os.value_or("-"), view.drift ? fingerprint(*view.drift) : "-", view.behind);
}

// Holds the connection until its end, whenever the fleet lets go of it.
asio::awaitable<void> run(std::shared_ptr<AgentConnection> connection) {
  co_await connection->run();
}

}  // namespace

wire::Target target_of(const config::App& app, const config::Node& node) {
  return {.vcs = app.type == config::VcsType::git ? wire::VcsType::git : wire::VcsType::svn,
          .url = app.url,
          .branch = app.branch,
          .path = node.path.string(),
          .local_changes = to_wire(app.local_changes),
          .releases = to_wire(app.releases)};
}

Fleet::Fleet(asio::any_io_executor executor, const config::Current& config, Credentials credentials,
             base::Logger log)
    : executor_(executor),
      config_(config),
      credentials_(std::move(credentials)),
      log_(std::move(log)),
      door_(executor, credentials_, static_cast<AgentHost&>(*this), log_),
      tasks_(executor) {
  read_config();
}

Fleet::~Fleet() = default;

void Fleet::compare_with(store::Ledger& ledger) {
  ledger_ = &ledger;
  ledger.on_change([this](const std::string& app, const std::optional<std::string>& alias) {
    standing_changed(app, alias);
  });
}

void Fleet::start(OrderListener& listener, Changed changed) {
  listener_ = &listener;
  changed_ = std::move(changed);
  for (const auto& connection : connections_ | std::views::values) tasks_.spawn(run(connection));
  for (const std::string& addr : listener.needed_agents()) {
    if (const auto address = base::parse_address(addr))
      dial(*address);
    else
      (void)expect(addr);
  }
  credentials_.keys.on_change([this](const std::string& addr) { trust_changed(addr); });
  door_.start();
  tasks_.spawn(let_go());
  tasks_.spawn(read_regularly());
}

void Fleet::config_changed() {
  credentials_.keys.config_changed();
  read_config();
  for (const auto& connection : connections_ | std::views::values) connection->trust_changed();
  tasks_.spawn(let_go());
}

void Fleet::read_config() {
  const config::ConfigPtr config = config_.get();
  auto known = std::exchange(nodes_, {});
  for (const config::App& app : config->apps) {
    for (const config::Node& node : app.nodes) {
      if (node.agent.empty())
        dial(node.addr);
      else
        (void)expect(node.agent);
      nodes_.push_back(take_node(known, {config, &app}, node));
    }
  }
  for (const NodePtr& left : known) left->gone = true;
}

// The node as it is known, if an order to it would mean the same as before.
Fleet::NodePtr Fleet::take_node(std::vector<NodePtr>& known, const config::AppPtr& app,
                                const config::Node& node) {
  const std::string addr = node.agent_id();
  const auto same = std::ranges::find_if(known, [&](const NodePtr& state) {
    return state->app->name == app->name && state->node->alias == node.alias && state->addr == addr &&
           json::encode(target_of(*state->app, *state->node)) == json::encode(target_of(*app, node));
  });
  if (same == known.end()) {
    auto state = std::make_shared<NodeState>(NodeState{.app = app, .node = &node, .addr = addr});
    if (online(addr)) start_reading(state);
    return state;
  }
  NodePtr state = std::move(*same);
  known.erase(same);
  state->app = app;
  state->node = &node;
  return state;
}

void Fleet::dial(const base::Address& address) {
  ConnectionPtr& connection = connections_[address.text()];
  if (connection) return;
  ConnectionListener& listener = *this;
  connection = std::make_shared<AgentConnection>(executor_, address, credentials_, listener, log_);
  if (listener_ != nullptr) tasks_.spawn(run(connection));
}

bool Fleet::configured(const std::string& addr) const {
  return std::ranges::any_of(nodes_, [&](const NodePtr& node) { return node->addr == addr; });
}

// Orders that are under way are followed to their end also where no node is any more.
asio::awaitable<void> Fleet::let_go() {
  if (std::exchange(letting_go_, true)) co_return;
  for (bool waits = true; waits;) {
    const std::set<std::string> needed = listener_->needed_agents();
    waits = false;
    for (auto next = connections_.begin(); next != connections_.end();) {
      const auto here = next++;
      if (configured(here->first)) continue;
      if (needed.contains(here->first)) {
        waits = true;
        continue;
      }
      const ConnectionPtr connection = std::move(here->second);
      connections_.erase(here);
      connection->close("the node is no longer configured");
    }
    if (waits) co_await async::sleep_for(base::Millis{500});
  }
  letting_go_ = false;
}

asio::awaitable<void> Fleet::stop() {
  co_await door_.stop();
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
                .trust = credentials_.keys.state(node.addr),
                .online = agent.online()};
  view.reason = agent.online() ? node.problem : why_away(node.addr);
  if (node.status) {
    view.revision = node.status->revision;
    view.branch = node.status->branch;
    if (node.status->modified_at) {
      view.modified = node.status->modified;
      view.modified_total = node.status->modified_total;
      if (const auto at = base::parse_rfc3339(*node.status->modified_at)) view.modified_at = *at;
    }
  }
  if (ledger_ != nullptr) {
    const store::Standing standing = ledger_->of(node.app->name, view.alias);
    view.behind = is_behind(standing, ledger_->current(node.app->name));
    if (node.status && node.known) view.drift = drift_of(standing, node.app->branch, *node.status);
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

std::optional<base::SteadyTime> Fleet::offline_since(const std::string& addr) const {
  const AgentConnection* agent = connection(addr);
  // An agent that is no longer configured will not come back.
  return agent == nullptr ? std::optional(base::SteadyTime{}) : agent->offline_since();
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
  const ConnectionPtr connection = found->second;
  co_return co_await connection->ask(std::move(query), limit);
}

void Fleet::connected(const std::string& addr) {
  for (const auto& node : nodes_) {
    if (node->addr == addr) start_reading(node);
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

void Fleet::refresh(const std::string& app, const std::string& alias, const std::string& addr,
                    const std::optional<std::string>& revision) {
  for (const auto& node : nodes_) {
    if (node->app->name != app || node->node->alias != alias || node->addr != addr) continue;
    if (revision && node->status) {
      node->status->revision = revision;
      tell(*node);
    }
    tasks_.spawn(read_soon(node));
  }
}

asio::awaitable<void> Fleet::read_soon(NodePtr node) {
  co_await async::sleep_for(read_delay);
  start_reading(node);
}

// One node after the other, each once in an interval: neither the server nor the hosts that many nodes share
// have all the work at once.
asio::awaitable<void> Fleet::read_regularly() {
  std::size_t turn = std::random_device{}();
  for (;;) {
    const auto count = static_cast<std::int64_t>(std::max<std::size_t>(1, nodes_.size()));
    co_await async::sleep_for(std::max(base::Millis{1}, base::Millis(status_interval) / count));
    if (nodes_.empty()) continue;
    const NodePtr node = nodes_[++turn % nodes_.size()];
    const bool was_read = std::chrono::steady_clock::now() - node->read_at < status_interval / 2;
    if (online(node->addr) && !was_read) start_reading(node);
  }
}

void Fleet::start_reading(const NodePtr& node) {
  node->read_again = node->reading;
  if (node->reading) return;
  int& readings = readings_[node->addr];
  node->waiting = readings >= readings_of_one_agent;
  if (node->waiting) return;
  ++readings;
  node->reading = true;
  tasks_.spawn(read_status(node));
}

void Fleet::read_next(const std::string& addr) {
  --readings_[addr];
  const auto next =
      std::ranges::find_if(nodes_, [&](const auto& node) { return node->waiting && node->addr == addr; });
  if (next != nodes_.end()) start_reading(*next);
}

asio::awaitable<void> Fleet::read_status(NodePtr node) {
  do {
    node->read_again = false;
    node->read_at = std::chrono::steady_clock::now();
    const std::uint64_t works = node->works;
    wire::Query query{.kind = wire::QueryKind::status, .target = target_of(*node->app, *node->node)};
    auto answer = co_await ask(node->addr, std::move(query), status_limit);
    if (node->gone) break;
    // What was read while an order was at work says nothing about how the order left the node.
    const bool undisturbed = works == node->works && !is_at_work(*node);
    if (answer && undisturbed) node->known = true;
    take_status(*node, std::move(answer));
  } while (node->read_again);
  node->reading = false;
  read_next(node->addr);
}

void Fleet::take_status(NodeState& node, base::Result<wire::Answer> answer) {
  if (answer && answer->status) {
    node.status = std::move(answer->status);
    node.problem.reset();
  } else if (!answer && answer.error().code != base::ErrorCode::unavailable) {
    node.status.reset();
    node.problem = answer.error().message;
  }
  tell(node);
}

bool Fleet::is_at_work(const NodeState& node) const {
  return ledger_ != nullptr && ledger_->of(node.app->name, node.node->alias).at_work;
}

void Fleet::standing_changed(const std::string& app, const std::optional<std::string>& alias) {
  for (const auto& node : nodes_) {
    if (node->app->name != app || (alias && node->node->alias != *alias)) continue;
    if (is_at_work(*node)) {
      node->known = false;
      ++node->works;
    }
    if (changed_) tell(*node);
  }
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
