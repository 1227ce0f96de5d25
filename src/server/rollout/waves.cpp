#include "server/rollout/waves.h"

#include <algorithm>

#include "base/text.h"

namespace slipway::server::rollout {
namespace {

using store::Deployment;
using store::DeploymentNode;
using store::NodeState;

bool has_failed(const Deployment& deployment, const DeploymentNode& node) {
  if (!is_final(node.state) || node.state == NodeState::succeeded) return false;
  const bool left_alone =
      node.state == NodeState::offline && deployment.plan.offline == config::Offline::skip;
  return !left_alone;
}

std::vector<std::string> failed_nodes(const Deployment& deployment) {
  std::vector<std::string> aliases;
  for (const DeploymentNode& node : deployment.nodes) {
    if (node.wave <= deployment.wave && has_failed(deployment, node)) aliases.push_back(node.alias);
  }
  return aliases;
}

// "3 nodes (a, b, c)"
std::string counted(std::vector<std::string> aliases) {
  constexpr std::size_t shown = 5;
  const std::size_t count = aliases.size();
  aliases.resize(std::min(count, shown));
  return fmt::format("{} {} ({}{})", count, count == 1 ? "node" : "nodes", base::join(aliases, ", "),
                     count > shown ? ", …" : "");
}

std::string too_many(std::vector<std::string> failed, std::uint32_t allowed) {
  return fmt::format("{} failed, and the plan allows {}", counted(std::move(failed)), allowed);
}

NextMove while_preparing(const Deployment& deployment) {
  std::vector<std::string> failed;
  bool at_work = false;
  bool any_ready = false;
  for (const DeploymentNode& node : deployment.nodes) {
    if (has_failed(deployment, node)) failed.push_back(node.alias);
    const bool ready = !is_final(node.state) && is_prepared(node);
    any_ready |= ready;
    at_work |= !is_final(node.state) && !ready;
  }
  if (!failed.empty())
    return {.kind = NextMove::Kind::skip,
            .reason = fmt::format("nothing was switched anywhere: {} could not be prepared",
                                  counted(std::move(failed)))};
  return {.kind = at_work || !any_ready ? NextMove::Kind::nothing : NextMove::Kind::prepared};
}

NextMove after_failures(const Deployment& deployment, bool more) {
  using enum config::OnFailure;
  const config::Rollout& plan = deployment.plan;
  auto failed = failed_nodes(deployment);
  if (failed.size() <= plan.max_failed || plan.on_failure == proceed) return {};
  if (plan.on_failure == rollback)
    return {.kind = NextMove::Kind::undo, .reason = too_many(std::move(failed), plan.max_failed)};
  if (!more) return {};
  return {.kind = NextMove::Kind::skip,
          .reason = "not started: " + too_many(std::move(failed), plan.max_failed)};
}

base::Time end_of_wave(const Deployment& deployment) {
  base::Time end = deployment.created_at;
  for (const DeploymentNode& node : deployment.nodes) {
    if (node.wave <= deployment.wave && node.finished_at) end = std::max(end, *node.finished_at);
  }
  return end;
}

}  // namespace

std::vector<int> waves_of(const config::Rollout& plan, std::size_t nodes) {
  const std::size_t canary = std::min<std::size_t>(plan.canary, nodes);
  const std::size_t size = plan.batch.percent ? ((nodes * plan.batch.size) + 99) / 100 : plan.batch.size;
  const int first_batch = canary > 0 ? 1 : 0;
  std::vector<int> waves(canary, 0);
  for (std::size_t rest = 0; rest < nodes - canary; ++rest)
    waves.push_back(first_batch + static_cast<int>(rest / std::max<std::size_t>(size, 1)));
  return waves;
}

bool is_prepared(const DeploymentNode& node) {
  return std::ranges::any_of(
      node.steps, [](const store::Step& step) { return step.name == "fetch" && step.state == "succeeded"; });
}

bool has_turn(const Deployment& deployment, const DeploymentNode& node) {
  if (deployment.state == store::DeploymentState::queued) return false;
  const bool ready = deployment.prepared || !deployment.plan.prepare_first;
  return node.undo || (ready && node.wave <= deployment.wave);
}

bool may_be_sent(const Deployment& deployment, const DeploymentNode& node) {
  if (deployment.state == store::DeploymentState::queued) return false;
  const bool to_prepare = deployment.plan.prepare_first && !deployment.stop_reason;
  return to_prepare || has_turn(deployment, node);
}

NextMove next_move(const Deployment& deployment, base::SteadyTime now) {
  const bool decided =
      deployment.cancel_requested || deployment.undoing || deployment.stop_reason.has_value();
  if (deployment.state != store::DeploymentState::running || decided) return {};
  if (deployment.plan.prepare_first && !deployment.prepared) return while_preparing(deployment);
  bool more = false;
  for (const DeploymentNode& node : deployment.nodes) {
    if (node.wave <= deployment.wave && !is_final(node.state)) return {};
    more |= node.wave > deployment.wave && !is_final(node.state);
  }
  if (NextMove move = after_failures(deployment, more); move.kind != NextMove::Kind::nothing) return move;
  if (!more) return {};
  const config::Rollout& plan = deployment.plan;
  if (deployment.continued > deployment.wave) return {.kind = NextMove::Kind::release};
  if (plan.confirm) return {.kind = NextMove::Kind::hold, .for_person = true};
  const bool over = plan.pause == base::Millis{0} || (deployment.pause_ends && *deployment.pause_ends <= now);
  return {.kind = over ? NextMove::Kind::release : NextMove::Kind::hold};
}

base::Millis pause_left(const Deployment& deployment, base::Time now) {
  const base::Millis whole = deployment.plan.pause;
  return std::clamp(end_of_wave(deployment) + whole - now, base::Millis{0}, whole);
}

}  // namespace slipway::server::rollout
