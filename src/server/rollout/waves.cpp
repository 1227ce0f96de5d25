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

std::string why_skipped(std::vector<std::string> failed, std::uint32_t allowed) {
  constexpr std::size_t shown = 5;
  const std::size_t count = failed.size();
  failed.resize(std::min(count, shown));
  return fmt::format("not started: {} {} before it failed ({}{}), and the plan allows {}", count,
                     count == 1 ? "node" : "nodes", base::join(failed, ", "), count > shown ? ", …" : "",
                     allowed);
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

NextMove next_move(const Deployment& deployment, base::Time now) {
  if (is_final(deployment.state) || deployment.cancel_requested) return {};
  bool more = false;
  for (const DeploymentNode& node : deployment.nodes) {
    if (node.wave <= deployment.wave && !is_final(node.state)) return {};
    more |= node.wave > deployment.wave && !is_final(node.state);
  }
  if (!more) return {};
  const config::Rollout& plan = deployment.plan;
  auto failed = failed_nodes(deployment);
  if (failed.size() > plan.max_failed && plan.on_failure == config::OnFailure::stop)
    return {.kind = NextMove::Kind::skip, .reason = why_skipped(std::move(failed), plan.max_failed)};
  if (deployment.continued > deployment.wave) return {.kind = NextMove::Kind::release};
  if (plan.confirm) return {.kind = NextMove::Kind::hold};
  const base::Time at = end_of_wave(deployment) + plan.pause;
  return at <= now ? NextMove{.kind = NextMove::Kind::release}
                   : NextMove{.kind = NextMove::Kind::hold, .at = at};
}

}  // namespace slipway::server::rollout
