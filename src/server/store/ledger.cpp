#include "server/store/ledger.h"

#include <algorithm>

namespace slipway::server::store {
namespace {

bool is_newer(const Deployment& deployment, const std::optional<Deployed>& known) {
  return !known || deployment.id >= known->deployment;
}

// An order that failed before its switch says nothing of what the node should be like; one that failed after
// it does, and one of which the agent has not told the end does not.
bool left_something(const DeploymentNode& node) {
  if (!node.revision_after || !is_final(node.state) || node.state == NodeState::offline) return false;
  const bool whole = node.state == NodeState::succeeded || node.state == NodeState::rolled_back;
  return whole || node.revision_after != node.revision_before;
}

}  // namespace

Standing after(Standing standing, const Deployment& deployment, const DeploymentNode& node) {
  standing.at_work = node.state == NodeState::running || node.delivery == Delivery::accepted;
  if (!left_something(node) || !is_newer(deployment, standing.left)) return standing;
  standing.left = Deployed{deployment.id, *node.revision_after};
  if (node.state == NodeState::succeeded)
    standing.good = Deployed{deployment.id, deployment.revision};
  else if (node.state == NodeState::rolled_back)
    // What it had before this deployment, whichever brought that.
    standing.good = Deployed{0, *node.revision_after};
  else if (standing.good && standing.good->deployment == deployment.id)
    // It had succeeded, and then failed to go back.
    standing.good.reset();
  return standing;
}

void Ledger::load(LedgerRows rows) {
  for (StandingRow& row : rows.nodes) nodes_[{row.app, row.alias}] = std::move(row.standing);
  apps_ = std::move(rows.apps);
}

Standing Ledger::of(const std::string& app, const std::string& alias) const {
  const auto found = nodes_.find({app, alias});
  return found == nodes_.end() ? Standing{} : found->second;
}

std::optional<Deployed> Ledger::current(const std::string& app) const {
  const auto found = apps_.find(app);
  return found == apps_.end() ? std::nullopt : std::optional(found->second);
}

void Ledger::take(const Deployment& deployment, const DeploymentNode& node, LedgerRows& rows) {
  Standing& standing = nodes_[{deployment.app, node.alias}];
  const Standing before = std::exchange(standing, after(standing, deployment, node));
  if (standing == before) return;
  if (standing.left != before.left || standing.good != before.good)
    rows.nodes.push_back({deployment.app, node.alias, standing});
  changed_(deployment.app, node.alias);
}

void Ledger::take(const Deployment& deployment, LedgerRows& rows) {
  const bool somewhere =
      std::ranges::count(deployment.nodes, NodeState::succeeded, &DeploymentNode::state) > 0;
  // What is taken back is not where the app is, wherever that failed.
  if (!is_final(deployment.state) || deployment.undoing || !somewhere ||
      !is_newer(deployment, current(deployment.app)))
    return;
  const Deployed now{deployment.id, deployment.revision};
  if (current(deployment.app) == now) return;
  apps_[deployment.app] = rows.apps[deployment.app] = now;
  changed_(deployment.app, std::nullopt);
}

}  // namespace slipway::server::store
