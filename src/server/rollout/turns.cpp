// Which nodes have their turn: the engine's way from wave to wave.
#include <ranges>

#include "server/rollout/engine.h"
#include "server/rollout/waves.h"

namespace slipway::server::rollout {

using store::Delivery;
using store::Deployment;
using store::DeploymentNode;
using store::NodeState;

void Engine::start(std::int64_t id) {
  const auto found = active_.find(id);
  if (found == active_.end()) return;
  Deployment& deployment = *found->second;
  log_->info("deployment {}: {} of {} to {} on {} nodes in {} waves", id, deployment.action, deployment.app,
             deployment.revision, deployment.nodes.size(), deployment.nodes.back().wave + 1);
  release(deployment);
}

// The nodes of this wave have their turn.
void Engine::release(Deployment& deployment) {
  deployment.wave_since = base::now();
  for (auto& order : orders_ | std::views::values) {
    const DeploymentNode& node = *order.node;
    const bool due = order.deployment == &deployment && node.wave <= deployment.wave &&
                     node.delivery == Delivery::unsent && !is_final(node.state);
    if (!due) continue;
    if (fleet_.online(node.addr)) {
      send_order(order);
    } else if (deployment.plan.offline != config::Offline::wait) {
      end_node(order, NodeState::offline,
               "the node was offline and was left as it is: " +
                   fleet_.offline_reason(node.addr).value_or("unknown reason"));
    }
  }
  drop_settled(deployment.id);
  advance(deployment);
}

// Called whenever a node may have been the last of its wave.
void Engine::advance(Deployment& deployment) {
  const NextMove move = next_move(deployment, base::now());
  switch (move.kind) {
    case NextMove::Kind::nothing:
      break;
    case NextMove::Kind::hold:
      set_waiting(deployment, store::Waiting{move.at});
      break;
    case NextMove::Kind::skip:
      skip_rest(deployment, move.reason);
      break;
    case NextMove::Kind::release:
      ++deployment.wave;
      deployment.waiting.reset();
      log_->info("deployment {}: wave {} begins", deployment.id, deployment.wave + 1);
      journal_.changed(deployment);
      return release(deployment);
  }
  update_end(deployment);
}

void Engine::skip_rest(Deployment& deployment, const std::string& reason) {
  for (auto& order : orders_ | std::views::values) {
    if (order.deployment == &deployment && order.node->wave > deployment.wave && !is_final(order.node->state))
      end_node(order, NodeState::skipped, reason);
  }
  drop_settled(deployment.id);
}

void Engine::set_waiting(Deployment& deployment, std::optional<store::Waiting> waiting) {
  if (deployment.waiting == waiting) return;
  deployment.waiting = waiting;
  if (waiting && !waiting->until)
    log_->info("deployment {}: waits until a person lets it go on", deployment.id);
  journal_.changed(deployment);
}

}  // namespace slipway::server::rollout
