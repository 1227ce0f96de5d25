#include "server/rollout/undo.h"

#include <boost/json/serialize.hpp>

#include "base/id.h"
#include "base/text.h"
#include "json/map.h"

namespace slipway::server::rollout {

using store::Delivery;
using store::DeploymentNode;
using store::NodeState;

bool was_switched(const DeploymentNode& node) {
  return node.state != NodeState::rolled_back && node.revision_after.has_value() &&
         node.revision_after != node.revision_before;
}

bool can_go_back(const DeploymentNode& node) {
  return is_final(node.state) && node.delivery == Delivery::settled && was_switched(node) &&
         node.revision_before.has_value();
}

std::string why_not_back(const DeploymentNode& node) {
  if (was_switched(node) && !node.revision_before)
    return fmt::format("it stays on {}: there was nothing before to go back to", *node.revision_after);
  if (node.state == NodeState::offline && node.delivery != Delivery::settled)
    return "it could not be taken back while it was away: look at it when it has returned";
  return "";
}

std::string take_back(DeploymentNode& node, const std::string& reason) {
  // What is stored was made here, so it can be read.
  auto order = json::decode<wire::Order>(*json::parse_object(node.order)).value();
  order.id = base::make_id();
  order.action = wire::Action::rollback;
  order.revision = *node.revision_before;
  order.hold_ms.reset();
  std::string old = std::exchange(node.order_id, order.id);
  if (node.first_order.empty()) node.first_order = old;
  node.order = boost::json::serialize(json::encode(order));
  node.delivery = Delivery::unsent;
  node.spool_offset = 0;
  node.undo = true;
  node.reason = (node.state == NodeState::succeeded ? "" : node.reason.value_or("") + "; ") +
                fmt::format("back to {}, because {}", *node.revision_before, reason);
  node.state = NodeState::pending;
  node.exit_code.reset();
  node.finished_at.reset();
  return old;
}

}  // namespace slipway::server::rollout
