// Which nodes have their turn: the engine's way from wave to wave.
#include <ranges>

#include "server/rollout/engine.h"
#include "server/rollout/undo.h"
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

// The nodes of this wave have their turn; where all are to prepare first, all are given their orders.
void Engine::release(Deployment& deployment) {
  deployment.wave_since = std::chrono::steady_clock::now();
  for (auto& order : orders_ | std::views::values) {
    if (order.deployment == &deployment && !is_final(order.node->state)) release(order);
  }
  drop_settled(deployment.id);
  advance(deployment);
}

void Engine::release(ActiveOrder& order) {
  const Deployment& deployment = *order.deployment;
  const DeploymentNode& node = *order.node;
  if (!may_be_sent(deployment, node)) return;
  if (node.delivery != Delivery::unsent) return say_proceed(order);
  if (fleet_.online(node.addr)) return send_order(order);
  // A node that is to go back is waited for: it stands on what nobody wants any more.
  if (node.undo || deployment.plan.offline == config::Offline::wait) return;
  end_node(order, NodeState::offline,
           "the node was offline and was left as it is: " +
               fleet_.offline_reason(node.addr).value_or("unknown reason"));
}

// Called whenever a node may have been the last of its wave.
void Engine::advance(Deployment& deployment) {
  const NextMove move = next_move(deployment, std::chrono::steady_clock::now());
  switch (move.kind) {
    case NextMove::Kind::nothing:
      break;
    case NextMove::Kind::hold:
      if (move.for_person)
        set_waiting(deployment, store::Waiting{});
      else
        pause(deployment);
      break;
    case NextMove::Kind::skip:
      stop_rest(deployment, move.reason);
      break;
    case NextMove::Kind::undo:
      undo(deployment, move.reason);
      break;
    case NextMove::Kind::prepared:
      deployment.prepared = true;
      log_->info("deployment {}: every node is prepared", deployment.id);
      journal_.changed(deployment);
      return release(deployment);
    case NextMove::Kind::release:
      ++deployment.wave;
      deployment.waiting.reset();
      deployment.pause_ends.reset();
      log_->info("deployment {}: wave {} begins", deployment.id, deployment.wave + 1);
      journal_.changed(deployment);
      return release(deployment);
  }
  update_end(deployment);
}

// What has not had its turn will not have it. An order that waits on its node, prepared, is told to stop; its
// node is done with when it has.
void Engine::stop_rest(Deployment& deployment, const std::string& reason) {
  deployment.stop_reason = reason;
  deployment.waiting.reset();
  log_->warn("deployment {}: {}", deployment.id, reason);
  journal_.changed(deployment);
  for (auto& order : orders_ | std::views::values) {
    const bool touched = order.deployment == &deployment && !is_final(order.node->state) && unwanted(order);
    if (!touched) continue;
    if (order.node->delivery == Delivery::unsent)
      end_unstarted(order);
    else
      send_cancel(order, reason);
  }
  drop_settled(deployment.id);
}

void Engine::undo(Deployment& deployment, const std::string& reason) {
  deployment.undoing = true;
  stop_rest(deployment, "not started: " + reason);
  for (DeploymentNode& node : deployment.nodes) {
    if (can_go_back(node)) {
      take_back(deployment, node, reason);
    } else if (const std::string why = why_not_back(node); !why.empty()) {
      node.reason = node.reason ? *node.reason + "; " + why : why;
      journal_.changed(deployment, node, true);
    }
  }
  release(deployment);
}

void Engine::take_back(Deployment& deployment, DeploymentNode& node, const std::string& reason) {
  const std::string old = rollout::take_back(node, reason);
  log_->info("deployment {}: {} goes back to {}", deployment.id, node.alias, *node.revision_before);
  orders_[node.order_id] = {.deployment = &deployment, .node = &node};
  journal_.replaced(deployment, node, old);
}

void Engine::pause(Deployment& deployment) {
  if (deployment.pause_ends) return;
  const base::Time now = base::now();
  const base::Millis left = pause_left(deployment, now);
  deployment.pause_ends = std::chrono::steady_clock::now() + left;
  set_waiting(deployment, store::Waiting{now + left});
}

void Engine::set_waiting(Deployment& deployment, std::optional<store::Waiting> waiting) {
  if (deployment.waiting == waiting) return;
  deployment.waiting = waiting;
  if (waiting && !waiting->until)
    log_->info("deployment {}: waits until a person lets it go on", deployment.id);
  journal_.changed(deployment);
}

}  // namespace slipway::server::rollout
