// One deployment of an app at a time: what waits for its turn, what a newer one makes needless, what an app's
// freeze holds back, and the nodes that were away and are brought up to date.
#include <ranges>

#include "base/text.h"
#include "server/rollout/engine.h"

namespace slipway::server::rollout {

using store::Deployment;
using store::DeploymentNode;
using store::DeploymentState;
using store::NodeState;

namespace {

bool has_all_nodes_of(const Deployment& newer, const Deployment& older) {
  return std::ranges::all_of(
      older.nodes, [&](const DeploymentNode& node) { return newer.find_node(node.alias) != nullptr; });
}

}  // namespace

std::vector<std::int64_t> Engine::queue(const std::string& app) const {
  std::vector<std::int64_t> ids;
  for (const auto& [id, deployment] : active_) {
    if (deployment->app == app && deployment->state == DeploymentState::queued) ids.push_back(id);
  }
  return ids;
}

bool Engine::busy(const std::string& app) const {
  return running_deployment(app) || !queue(app).empty();
}

// Of updates that wait, only the newest is worth its while.
void Engine::supersede(const Deployment& newer) {
  if (newer.action != "update") return;
  for (const std::int64_t id : queue(newer.app)) {
    Deployment& older = *active_.at(id);
    if (id == newer.id || older.action != "update" || !has_all_nodes_of(newer, older)) continue;
    older.stop_reason = fmt::format("superseded by deployment {}, a newer update of {}", newer.id, newer.app);
    older.state = DeploymentState::superseded;
    older.finished_at = base::now();
    log_->info("deployment {}: {}", id, *older.stop_reason);
    for (auto& order : orders_ | std::views::values) {
      if (order.deployment == &older) end_node(order, NodeState::skipped, older.stop_reason);
    }
    drop_settled(id);
    journal_.changed(older);
    forget_if_done(id);
  }
}

// Called whenever an app may have become free.
void Engine::start_next(const std::string& app) {
  if (frozen(app) || running_deployment(app)) return;
  const auto waiting = queue(app);
  if (waiting.empty()) {
    tasks_.spawn(catch_up(app));
    return;
  }
  Deployment& next = *active_.at(waiting.front());
  next.state = DeploymentState::running;
  next.started_at = base::now();
  journal_.changed(next);
  journal_.make_durable();
  journal_.when_committed([this, id = next.id] {
    if (const auto found = active_.find(id); found != active_.end()) begin(*found->second);
  });
}

// What was checked when it was asked for has to hold when its turn has come, too.
void Engine::begin(Deployment& deployment) {
  std::vector<std::pair<std::string, std::string>> nodes;
  for (const DeploymentNode& node : deployment.nodes) nodes.emplace_back(node.alias, node.addr);
  const std::string away = deployment.plan.offline == config::Offline::fail ? nodes_away(nodes) : "";
  if (away.empty() || deployment.cancel_requested) return start(deployment.id);
  deployment.stop_reason = "nothing was started, because of nodes that are offline: " + away;
  log_->warn("deployment {}: {}", deployment.id, *deployment.stop_reason);
  journal_.changed(deployment);
  for (auto& order : orders_ | std::views::values) {
    if (order.deployment != &deployment) continue;
    const bool is_away = !fleet_.online(order.node->addr);
    end_node(order, is_away ? NodeState::offline : NodeState::skipped, deployment.stop_reason);
  }
  drop_settled(deployment.id);
  update_end(deployment);
}

std::vector<std::string> Engine::returned_nodes(const config::App& app,
                                                const std::vector<std::string>& left) const {
  std::vector<std::string> back;
  for (const std::string& alias : left) {
    const config::Node* node = app.find_node(alias);
    if (node != nullptr && fleet_.online(node->agent_id())) back.push_back(alias);
  }
  return back;
}

void Engine::catch_up_at(const std::string& addr) {
  const config::ConfigPtr config = config_.get();
  for (const config::App& app : config->apps) {
    const bool there =
        std::ranges::any_of(app.nodes, [&](const config::Node& node) { return node.agent_id() == addr; });
    if (there && app.rollout.catch_up) tasks_.spawn(catch_up(app.name));
  }
}

// Nodes that a deployment left as they were, because they were away, get the app's revision once they are
// back.
asio::awaitable<void> Engine::catch_up(std::string name) {
  config::AppPtr app = config_.find_app(name);
  if (app == nullptr || !app->rollout.catch_up) co_return;
  const auto left = co_await database_.run([name](store::Store& store) { return store.left_behind(name); });
  const auto current = journal_.ledger().current(name);
  app = config_.find_app(name);
  if (app == nullptr || !current || busy(name) || frozen(name)) co_return;
  const auto back = returned_nodes(*app, left);
  if (back.empty()) co_return;
  log_->info("{}: {} {} back and will catch up", name, base::join(back, ", "),
             back.size() == 1 ? "is" : "are");
  const auto made = co_await create(name,
                                    {.action = "update",
                                     .revision = current->revision,
                                     .nodes = back,
                                     .note = "catching up after having been offline",
                                     .rollout = boost::json::object{{"offline", "skip"}}},
                                    {.by = "Slipway", .known_revision = true});
  if (!made) log_->warn("{}: cannot catch up: {}", name, made.error().detail);
}

// --- freezing ----------------------------------------------------------------------------------------------

Outcome<void> Engine::check_not_frozen(const std::string& app) const {
  const auto freeze = frozen(app);
  if (!freeze) return {};
  return refuse(Refusal::conflict, "{} is frozen since {} by {}: {}", app, base::to_rfc3339(freeze->since),
                freeze->by, freeze->reason);
}

asio::awaitable<Outcome<void>> Engine::freeze(std::string app, std::string reason, std::string who) {
  if (base::trim(reason).empty())
    co_return refuse(Refusal::invalid, "\"reason\" is empty: whoever meets the freeze needs to know why");
  if (const auto known = find_app(app); !known) co_return std::unexpected(known.error());
  const store::Freeze freeze{std::move(reason), std::move(who), base::now()};
  frozen_[app] = freeze;
  log_->info("{} is frozen by {}: {}", app, freeze.by, base::printable(freeze.reason));
  journal_.frozen(app, freeze);
  journal_.make_durable();
  co_await journal_.committed();
  co_return Outcome<void>{};
}

asio::awaitable<Outcome<void>> Engine::unfreeze(std::string app, std::string who) {
  if (const auto known = find_app(app); !known) co_return std::unexpected(known.error());
  if (frozen_.erase(app) == 0) co_return refuse(Refusal::conflict, "{} is not frozen", app);
  log_->info("{} is not frozen any more, by {}", app, who);
  journal_.frozen(app, std::nullopt);
  start_next(app);
  journal_.make_durable();
  co_await journal_.committed();
  co_return Outcome<void>{};
}

std::optional<store::Freeze> Engine::frozen(const std::string& app) const {
  const auto found = frozen_.find(app);
  return found == frozen_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace slipway::server::rollout
