// Which nodes go back when a rollout has failed, and by which order.
#include <gtest/gtest.h>

#include "base/id.h"
#include "json/map.h"
#include "server/rollout/undo.h"

namespace slipway::server::rollout {
namespace {

using store::Delivery;
using store::DeploymentNode;
using store::NodeState;

DeploymentNode node(NodeState state, std::optional<std::string> before, std::optional<std::string> after) {
  const wire::Order order{.id = base::make_id(),
                          .deployment = "7",
                          .app = "shop",
                          .node = "web1",
                          .revision = "new",
                          .after_deploy = {"restart"},
                          .hook_timeout_ms = 1000,
                          .hold_ms = 5000};
  DeploymentNode result{.alias = "web1", .state = state};
  result.revision_before = std::move(before);
  result.revision_after = std::move(after);
  result.order_id = order.id;
  result.order = boost::json::serialize(json::encode(order));
  result.delivery = Delivery::settled;
  result.spool_offset = 99;
  return result;
}

TEST(Undo, ConcernsWhatWasSwitched) {
  EXPECT_TRUE(can_go_back(node(NodeState::succeeded, "old", "new")));
  EXPECT_TRUE(can_go_back(node(NodeState::failed, "old", "new"))) << "a hook failed after the switch";
  EXPECT_TRUE(can_go_back(node(NodeState::interrupted, "old", "new")));
  EXPECT_FALSE(can_go_back(node(NodeState::failed, "old", "old"))) << "it failed before the switch";
  EXPECT_FALSE(can_go_back(node(NodeState::succeeded, "new", "new"))) << "it had stood there already";
  EXPECT_FALSE(can_go_back(node(NodeState::rolled_back, "old", "old")));
}

TEST(Undo, LeavesAloneWhatStillWorks) {
  DeploymentNode lost = node(NodeState::offline, "old", "new");
  lost.delivery = Delivery::accepted;
  EXPECT_FALSE(can_go_back(lost));
  EXPECT_NE(why_not_back(lost), "");
}

TEST(Undo, SaysWhyANewWorkingCopyStays) {
  const DeploymentNode cloned = node(NodeState::succeeded, std::nullopt, "new");
  EXPECT_FALSE(can_go_back(cloned));
  EXPECT_EQ(why_not_back(cloned), "it stays on new: there was nothing before to go back to");
  EXPECT_EQ(why_not_back(node(NodeState::failed, "old", "old")), "");
}

TEST(Undo, GivesTheNodeARollbackOfItsOwn) {
  DeploymentNode back = node(NodeState::succeeded, "old", "new");
  const std::string first = back.order_id;
  EXPECT_EQ(take_back(back, "1 node (web2) failed"), first);
  EXPECT_TRUE(back.undo);
  EXPECT_NE(back.order_id, first);
  EXPECT_EQ(back.output_name(), first) << "one output for both orders";
  EXPECT_EQ(back.delivery, Delivery::unsent);
  EXPECT_EQ(back.spool_offset, 0U);
  EXPECT_EQ(back.state, NodeState::pending);
  EXPECT_EQ(back.reason, "back to old, because 1 node (web2) failed");
  const auto order = json::decode<wire::Order>(*json::parse_object(back.order));
  ASSERT_TRUE(order);
  EXPECT_EQ(order->id, back.order_id);
  EXPECT_EQ(order->revision, "old");
  EXPECT_EQ(order->action, wire::Action::rollback);
  EXPECT_EQ(order->after_deploy, std::vector<std::string>{"restart"});
  EXPECT_FALSE(order->hold_ms) << "nobody would let it go on";
}

TEST(Undo, KeepsWhatTheNodeFailedOf) {
  DeploymentNode back = node(NodeState::failed, "old", "new");
  back.reason = "after_deploy failed with exit code 3";
  take_back(back, "1 node (web1) failed");
  EXPECT_EQ(back.reason, "after_deploy failed with exit code 3; back to old, because 1 node (web1) failed");
}

}  // namespace
}  // namespace slipway::server::rollout
