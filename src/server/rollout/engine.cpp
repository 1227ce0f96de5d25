#include "server/rollout/engine.h"

#include <ranges>

#include "base/text.h"
#include "server/rollout/outcome.h"
#include "server/rollout/requests.h"

namespace slipway::server::rollout {
using store::Delivery;
using store::Deployment;
using store::DeploymentNode;
using store::NodeState;

Engine::Engine(asio::any_io_executor executor, const config::Current& config, fleet::Fleet& fleet,
               store::Database& database, store::Journal& journal, base::Logger log)
    : executor_(executor),
      config_(config),
      fleet_(fleet),
      database_(database),
      journal_(journal),
      log_(std::move(log)),
      tasks_(executor) {}

Engine::~Engine() = default;

asio::awaitable<void> Engine::open() {
  struct Stored {
    std::vector<Deployment> unfinished;
    std::vector<std::pair<std::string, std::int64_t>> last;
    std::int64_t newest = 0;
    std::map<std::string, store::Freeze> frozen;
  };
  auto stored = co_await database_.run([](store::Store& store) {
    return Stored{store.unfinished(), store.last_of_each_app(), store.last_deployment_id(), store.freezes()};
  });
  next_id_ = stored.newest + 1;
  frozen_ = std::move(stored.frozen);
  last_.insert(stored.last.begin(), stored.last.end());
  for (Deployment& deployment : stored.unfinished) {
    if (!is_final(deployment.state)) log_->info("deployment {} of {} goes on", deployment.id, deployment.app);
    journal_.taken_up(deployment);
    take_up(std::move(deployment));
  }
  const config::ConfigPtr config = config_.get();
  for (const config::App& app : config->apps) start_next(app.name);
  look_at_orphans();
  tasks_.spawn(look_every_second());
}

asio::awaitable<void> Engine::stop() {
  co_await tasks_.stop();
}

void Engine::take_up(Deployment deployment) {
  const std::int64_t id = deployment.id;
  auto& place = active_[id];
  place = std::make_unique<Deployment>(std::move(deployment));
  place->wave_since = std::chrono::steady_clock::now();
  for (DeploymentNode& node : place->nodes) {
    if (node.delivery == Delivery::settled) continue;
    orders_[node.order_id] = {.deployment = place.get(), .node = &node, .received = node.spool_offset};
  }
}

void Engine::config_changed() {
  look_at_orphans();
  const config::ConfigPtr config = config_.get();
  for (const config::App& app : config->apps) {
    if (app.rollout.catch_up) tasks_.spawn(catch_up(app.name));
  }
}

// Deployments of apps that are not configured: what runs goes to its end, what waits would wait for nobody.
void Engine::look_at_orphans() {
  std::map<std::int64_t, std::string> waiting;
  for (const auto& [id, deployment] : active_) {
    if (is_final(deployment->state) || config_.find_app(deployment->app)) continue;
    if (deployment->state == store::DeploymentState::queued)
      waiting[id] = deployment->app;
    else
      log_->info("deployment {} goes on to its end, though {} is no longer configured", id, deployment->app);
  }
  for (const auto& [id, app] : waiting) tasks_.spawn(cancel_orphan(id, app));
}

asio::awaitable<void> Engine::cancel_orphan(std::int64_t id, std::string app) {
  (void)co_await cancel(id, "the server, because " + app + " is no longer configured");
}

// --- requests ----------------------------------------------------------------------------------------------

Outcome<config::AppPtr> Engine::find_app(const std::string& name) const {
  if (auto app = config_.find_app(name)) return app;
  return refuse(Refusal::unknown_app, "there is no app \"{}\"", base::printable(base::shorten(name, 100)));
}

bool Engine::still_in_force(const config::App& app) const {
  const auto now = config_.find_app(app.name);
  return now && *now == app;
}

asio::awaitable<Outcome<Deployment>> Engine::create(std::string app_name, Request request, Origin origin) {
  const auto app = find_app(app_name);
  if (!app) co_return std::unexpected(app.error());
  if (auto checked = check(request); !checked) co_return std::unexpected(checked.error());
  const auto nodes = choose_nodes(**app, request);
  if (!nodes) co_return std::unexpected(nodes.error());
  const auto plan = plan_of(**app, request, nodes->size());
  if (!plan) co_return std::unexpected(plan.error());
  if (auto free = check_not_frozen(app_name); !free) co_return std::unexpected(free.error());
  Outcome<std::string> revision = request.revision.value_or("");
  if (!origin.known_revision) revision = co_await resolve(**app, *nodes, request.revision);
  if (!revision) co_return std::unexpected(revision.error());
  // It may have been frozen meanwhile.
  if (auto free = check_not_frozen(app_name); !free) co_return std::unexpected(free.error());
  if (!still_in_force(**app))
    co_return refuse(Refusal::conflict, "the configuration of {} was just changed: try again", app_name);
  if (plan->offline == config::Offline::fail) {
    if (auto online = check_online(*nodes); !online) co_return std::unexpected(online.error());
  }
  const std::int64_t id = next_id_++;
  Deployment deployment = make_deployment(id, **app, *nodes, request, *plan, *revision);
  deployment.by = std::move(origin.by);
  deployment.retry_of = origin.retry_of;
  enter(std::move(deployment));
  co_await journal_.committed();
  co_return co_await get(id);
}

// From here on it cannot be lost.
void Engine::enter(Deployment deployment) {
  const std::int64_t id = deployment.id;
  const bool waits = busy(deployment.app);
  if (waits)
    deployment.state = store::DeploymentState::queued;
  else
    deployment.started_at = deployment.created_at;
  last_[deployment.app] = id;
  journal_.created(deployment);
  journal_.make_durable();
  take_up(std::move(deployment));
  supersede(*active_.at(id));
  if (waits) log_->info("deployment {}: waits for its turn", id);
  // Not by the caller: that coroutine ends early if the person goes away.
  if (!waits) journal_.when_committed([this, id] { start(id); });
}

std::string Engine::nodes_away(
    const std::vector<std::pair<std::string, std::string>>& aliases_and_addrs) const {
  std::vector<std::string> away;
  for (const auto& [alias, addr] : aliases_and_addrs) {
    if (!fleet_.online(addr))
      away.push_back(fmt::format("{} ({})", alias, fleet_.offline_reason(addr).value_or("unknown reason")));
  }
  return base::join(away, ", ");
}

Outcome<void> Engine::check_online(const std::vector<const config::Node*>& nodes) const {
  std::vector<std::pair<std::string, std::string>> aliases_and_addrs;
  for (const config::Node* node : nodes) aliases_and_addrs.emplace_back(node->alias, node->agent_id());
  const std::string away = nodes_away(aliases_and_addrs);
  if (away.empty()) return {};
  return refuse(Refusal::conflict, "nothing was started, because of nodes that are offline: {}", away);
}

asio::awaitable<Outcome<Deployment>> Engine::retry(std::int64_t id, std::string who) {
  const auto ended = co_await get(id);
  if (!ended) co_return std::unexpected(ended.error());
  if (!is_final(ended->state))
    co_return refuse(Refusal::conflict, "deployment {} has not ended yet: wait for its end, or cancel it",
                     id);
  const auto app = find_app(ended->app);
  if (!app) co_return std::unexpected(app.error());
  std::vector<std::string> again;
  for (const DeploymentNode& node : ended->nodes) {
    if (node.state != NodeState::succeeded && (*app)->find_node(node.alias) != nullptr)
      again.push_back(node.alias);
  }
  if (again.empty())
    co_return refuse(Refusal::conflict,
                     "there is nothing to try again: every node of deployment {} that is "
                     "still configured succeeded",
                     id);
  co_return co_await create(ended->app,
                            {.action = ended->action, .revision = ended->revision, .nodes = std::move(again)},
                            {.by = std::move(who), .retry_of = id, .known_revision = true});
}

asio::awaitable<Outcome<std::string>> Engine::resolve(const config::App& app,
                                                      const std::vector<const config::Node*>& nodes,
                                                      std::optional<std::string> wanted) {
  // A revision that a node of the app stands on exists: nobody needs to be asked.
  if (wanted && is_exact(app.type, *wanted) && stands_on(app, *wanted)) co_return *wanted;
  wire::Query query{.kind = wire::QueryKind::resolve, .revision = std::move(wanted)};
  auto asked = co_await ask_any(app, nodes, std::move(query));
  if (!asked) co_return std::unexpected(asked.error());
  const auto& revision = asked->answer.revision;
  if (!revision || !is_exact(app.type, *revision)) {
    co_return refuse(Refusal::node_failed, "the node {} did not answer with a revision", asked->node);
  }
  co_return *revision;
}

bool Engine::stands_on(const config::App& app, const std::string& revision) const {
  return std::ranges::any_of(
      app.nodes, [&](const config::Node& node) { return fleet_.view(app, node).revision == revision; });
}

asio::awaitable<Outcome<Engine::Asked>> Engine::ask_any(const config::App& app,
                                                        std::vector<const config::Node*> nodes,
                                                        wire::Query query) {
  constexpr std::chrono::seconds limit{60};
  std::string reasons;
  for (const config::Node* node : nodes) {
    const std::string addr = node->agent_id();
    if (!fleet_.online(addr)) {
      reasons += fmt::format("{}{}: {}", reasons.empty() ? "" : "; ", node->alias,
                             fleet_.offline_reason(addr).value_or("offline"));
      continue;
    }
    query.target = fleet::target_of(app, *node);
    auto answer = co_await fleet_.ask(addr, query, limit);
    if (answer) co_return Asked{std::move(*answer), node->alias};
    const base::Error& error = answer.error();
    const std::string detail = base::mask_credentials(fmt::format("{}: {}", node->alias, error.message));
    if (error.code == base::ErrorCode::timeout) co_return refuse(Refusal::timeout, "{}", detail);
    if (error.code == base::ErrorCode::not_found || error.code == base::ErrorCode::invalid) {
      co_return refuse(Refusal::invalid, "{}", detail);
    }
    if (fleet_.online(addr)) co_return refuse(Refusal::node_failed, "{}", detail);
    reasons += (reasons.empty() ? "" : "; ") + detail;
  }
  co_return refuse(Refusal::no_node, "no node of {} is online to ask ({}): start slipway-agent there",
                   app.name, reasons);
}

asio::awaitable<Outcome<Deployment>> Engine::cancel(std::int64_t id, std::string who) {
  const auto found = active_.find(id);
  if (found == active_.end() || is_final(found->second->state)) {
    const auto ended = co_await get(id);
    if (!ended) co_return std::unexpected(ended.error());
    co_return refuse(Refusal::conflict, "deployment {} has ended already: {}", id,
                     store::name_of(ended->state));
  }
  Deployment& deployment = *found->second;
  if (!std::exchange(deployment.cancel_requested, true)) {
    journal_.changed(deployment);
    const std::string reason = "cancelled by " + who;
    for (auto& order : orders_ | std::views::values) {
      if (order.deployment != &deployment || is_final(order.node->state)) continue;
      if (order.node->delivery == Delivery::unsent)
        end_node(order, NodeState::cancelled, reason);
      else
        send_cancel(order, reason);
    }
    set_waiting(deployment, std::nullopt);
    drop_settled(id);
    update_end(deployment);
    journal_.make_durable();
    co_await journal_.committed();
  }
  co_return co_await get(id);
}

asio::awaitable<Outcome<Deployment>> Engine::go_on(std::int64_t id) {
  const auto found = active_.find(id);
  if (found == active_.end() || !found->second->waiting) {
    const auto now = co_await get(id);
    if (!now) co_return std::unexpected(now.error());
    co_return refuse(Refusal::conflict, "deployment {} does not wait for anybody: it is {}", id,
                     store::name_of(now->state));
  }
  Deployment& deployment = *found->second;
  deployment.continued = deployment.wave + 1;
  advance(deployment);
  journal_.make_durable();
  co_await journal_.committed();
  co_return co_await get(id);
}

asio::awaitable<Outcome<Deployment>> Engine::get(std::int64_t id) {
  if (const auto found = active_.find(id); found != active_.end()) {
    // Who sees that a node has ended may read its output next: it must be there by then.
    Deployment now = *found->second;
    co_await journal_.committed();
    co_return now;
  }
  auto stored = co_await database_.run([id](store::Store& store) { return store.find(id); });
  if (stored) co_return std::move(*stored);
  co_return refuse(Refusal::not_found, "there is no deployment {}", id);
}

asio::awaitable<DeploymentPage> Engine::list(std::optional<std::vector<std::string>> apps, int limit,
                                             std::optional<std::int64_t> before) {
  auto stored =
      co_await database_.run([=](store::Store& store) { return store.list(apps, limit + 1, before); });
  DeploymentPage page{.more = static_cast<int>(stored.size()) > limit};
  if (page.more) stored.pop_back();
  for (Deployment& deployment : stored) {
    const auto found = active_.find(deployment.id);
    page.deployments.push_back(found != active_.end() ? *found->second : std::move(deployment));
  }
  co_await journal_.committed();
  co_return page;
}

asio::awaitable<Outcome<CommitPage>> Engine::commits(std::string app_name, int limit,
                                                     std::optional<std::string> before) {
  const auto app = find_app(app_name);
  if (!app) co_return std::unexpected(app.error());
  const auto nodes = choose_nodes(**app, {});
  if (!nodes) co_return std::unexpected(nodes.error());
  wire::Query query{
      .kind = wire::QueryKind::log, .limit = static_cast<std::uint32_t>(limit), .before = std::move(before)};
  auto asked = co_await ask_any(**app, *nodes, std::move(query));
  if (!asked) co_return std::unexpected(asked.error());
  co_return CommitPage{asked->answer.commits.value_or(std::vector<wire::CommitInfo>{}), asked->node,
                       asked->answer.more.value_or(false)};
}

std::optional<std::int64_t> Engine::running_deployment(const std::string& app) const {
  for (const auto& [id, deployment] : active_) {
    if (deployment->app == app && deployment->state == store::DeploymentState::running) return id;
  }
  return std::nullopt;
}

std::optional<std::int64_t> Engine::last_deployment(const std::string& app) const {
  const auto found = last_.find(app);
  return found == last_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace slipway::server::rollout
