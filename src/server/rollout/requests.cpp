#include "server/rollout/requests.h"

#include <algorithm>

#include "base/id.h"
#include "base/text.h"
#include "json/map.h"
#include "server/fleet/fleet.h"
#include "server/rollout/waves.h"
#include "wire/message.h"

namespace slipway::server::rollout {
namespace {

constexpr std::size_t max_revision = 200;
constexpr std::size_t max_note = 2000;

std::string known_aliases(const config::App& app) {
  std::vector<std::string> aliases;
  for (const config::Node& node : app.nodes) aliases.push_back(node.alias);
  return base::join(aliases, ", ");
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// As JSON Schema counts them.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

Outcome<void> check_revision(const std::string& revision) {
  if (revision.empty())
    return refuse(Refusal::invalid, "\"revision\" is empty: leave it out to take the newest");
  if (revision.size() > max_revision)
    return refuse(Refusal::invalid, "\"revision\" is longer than {} bytes", max_revision);
  if (revision.starts_with('-')) {
    return refuse(Refusal::invalid, "\"{}\" is not a revision: none begins with '-'",
                  base::printable(revision));
  }
  const bool control =
      std::ranges::any_of(revision, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; });
  if (control) return refuse(Refusal::invalid, "\"revision\" holds a space or a control character");
  return {};
}

// How long a prepared order waits for its word: for the slowest of all fetches, and all pauses. Whatever
// happens to this server, its node's path is free again some day.
std::optional<std::uint64_t> hold_of(const config::Rollout& plan, int waves) {
  if (!plan.prepare_first) return std::nullopt;
  constexpr base::Millis for_fetches = std::chrono::days{1};
  constexpr base::Millis for_people = std::chrono::days{14};
  constexpr base::Millis longest = std::chrono::days{30};
  const base::Millis pauses = plan.confirm ? for_people : plan.pause * std::min(waves, 1000);
  return static_cast<std::uint64_t>(std::min(for_fetches + pauses, longest).count());
}

std::uint64_t in_ms(base::Millis time) {
  return static_cast<std::uint64_t>(time.count());
}

std::optional<wire::HealthCheck> to_wire(const std::optional<config::HealthCheck>& check) {
  if (!check) return std::nullopt;
  return wire::HealthCheck{.http = check->http,
                           .expect = check->expect,
                           .tcp = check->tcp,
                           .command = check->command,
                           .interval_ms = in_ms(check->interval),
                           .timeout_ms = in_ms(check->timeout),
                           .healthy = check->healthy};
}

wire::Order make_order(std::int64_t deployment, const config::App& app, const config::Node& node,
                       const Request& request, const std::string& revision) {
  return {.id = base::make_id(),
          .deployment = std::to_string(deployment),
          .app = app.name,
          .node = node.alias,
          .action = request.action == "rollback" ? wire::Action::rollback : wire::Action::update,
          .revision = revision,
          .target = fleet::target_of(app, node),
          .before_deploy = node.before_deploy,
          .after_deploy = node.after_deploy,
          .hook_timeout_ms = in_ms(app.timeout),
          .before_rollback = node.before_rollback,
          .after_rollback = node.after_rollback,
          .health_check = to_wire(node.health_check)};
}

}  // namespace

Outcome<void> check(const Request& request) {
  if (request.action != "update" && request.action != "rollback") {
    return refuse(Refusal::invalid, "\"action\" is \"{}\"; expected \"update\" or \"rollback\"",
                  base::printable(base::shorten(request.action, 60)));
  }
  if (request.action == "rollback" && !request.revision) {
    return refuse(Refusal::invalid, "a rollback needs \"revision\": the one to go back to");
  }
  if (request.note && characters(*request.note) > max_note)
    return refuse(Refusal::invalid, "\"note\" is longer than {} characters", max_note);
  return request.revision ? check_revision(*request.revision) : Outcome<void>{};
}

Outcome<std::vector<const config::Node*>> choose_nodes(const config::App& app, const Request& request) {
  std::vector<const config::Node*> chosen;
  if (app.nodes.empty())
    return refuse(Refusal::conflict, "the app {} has no nodes: add some to it in server.json", app.name);
  if (request.nodes && request.nodes->empty())
    return refuse(Refusal::invalid, "\"nodes\" is empty: leave it out to take all");
  for (const std::string& alias : request.nodes.value_or(std::vector<std::string>{})) {
    if (app.find_node(alias) != nullptr) continue;
    return refuse(Refusal::invalid, "the app {} has no node \"{}\"; it has {}", app.name,
                  base::printable(base::shorten(alias, 100)), known_aliases(app));
  }
  for (const config::Node& node : app.nodes) {
    if (!request.nodes || std::ranges::find(*request.nodes, node.alias) != request.nodes->end())
      chosen.push_back(&node);
  }
  return chosen;
}

Outcome<config::Rollout> plan_of(const config::App& app, const Request& request, std::size_t nodes) {
  config::Rollout plan = app.rollout;
  if (!request.rollout) return plan;
  if (auto read = config::set_all(plan, *request.rollout); !read)
    return refuse(Refusal::invalid, "rollout: {}", read.error().message);
  if (request.rollout->contains("canary") && plan.canary > nodes) {
    return refuse(Refusal::invalid, "rollout: canary: {} nodes are to go first, but only {} {} deployed to",
                  plan.canary, nodes, nodes == 1 ? "is" : "are");
  }
  return plan;
}

store::Deployment make_deployment(std::int64_t id, const config::App& app,
                                  const std::vector<const config::Node*>& nodes, const Request& request,
                                  const config::Rollout& plan, const std::string& revision) {
  store::Deployment deployment{.id = id,
                               .app = app.name,
                               .action = request.action,
                               .revision = revision,
                               .requested_revision = request.revision,
                               .note = request.note.value_or(""),
                               .plan = plan,
                               .created_at = base::now()};
  const std::vector<int> waves = waves_of(plan, nodes.size());
  for (const config::Node* node : nodes) {
    wire::Order order = make_order(id, app, *node, request, revision);
    order.hold_ms = hold_of(plan, waves.back() + 1);
    store::DeploymentNode record{.alias = node->alias, .wave = waves[deployment.nodes.size()]};
    record.order_id = order.id;
    record.addr = node->agent_id();
    record.order = boost::json::serialize(json::encode(order));
    deployment.nodes.push_back(std::move(record));
  }
  return deployment;
}

bool is_exact(config::VcsType type, std::string_view revision) {
  if (type == config::VcsType::svn) return !revision.empty() && std::ranges::all_of(revision, is_digit);
  return (revision.size() == 40 || revision.size() == 64) && std::ranges::all_of(revision, is_hex);
}

}  // namespace slipway::server::rollout
