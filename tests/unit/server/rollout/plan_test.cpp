// A deployment that goes over its nodes wave by wave.
#include <gmock/gmock.h>

#include "server/rollout/engine_fixture.h"

namespace slipway::server::rollout {
namespace {

using store::DeploymentState;
using store::NodeState;
using testing::HasSubstr;

class PlanTest : public EngineTest {
 protected:
  // One node first, then the other.
  Deployment deploy_one_by_one(boost::json::object more = {}) {
    wait_online(one);
    wait_online(two);
    boost::json::object plan{{"batch", 1}};
    for (const auto& [key, value] : more) plan[key] = value;
    const auto created = wait_for(parts->engine.create("shop", {.action = "update", .rollout = plan}));
    if (!created) throw std::runtime_error(created.error().detail);
    wait_followed(one);
    return *created;
  }

  Deployment wait_waiting(std::int64_t id) {
    return wait_until(id, [](const Deployment& deployment) { return deployment.waiting.has_value(); });
  }
};

TEST_F(PlanTest, StartsTheNextNodeWhenTheFirstHasSucceeded) {
  const Deployment created = deploy_one_by_one();
  EXPECT_TRUE(two.orders.empty());
  one.carry_out(order_of(one));
  wait_followed(two);
  two.carry_out(order_of(two));
  EXPECT_EQ(wait_for_end(created.id).state, DeploymentState::succeeded);
}

TEST_F(PlanTest, SkipsTheRestWhenTheFirstFails) {
  const Deployment created = deploy_one_by_one();
  one.carry_out(order_of(one), wire::ResultState::failed);
  const Deployment ended = wait_for_end(created.id);
  EXPECT_EQ(ended.state, DeploymentState::failed);
  EXPECT_EQ(ended.nodes[1].state, NodeState::skipped);
  EXPECT_THAT(*ended.nodes[1].reason, HasSubstr("web1"));
  EXPECT_TRUE(two.orders.empty());
  EXPECT_EQ(stored(created.id)->nodes[1].delivery, store::Delivery::settled);
}

TEST_F(PlanTest, GoesOnAfterAFailureWhereThePlanSaysSo) {
  const Deployment created = deploy_one_by_one({{"on_failure", "continue"}});
  one.carry_out(order_of(one), wire::ResultState::failed);
  wait_followed(two);
  two.carry_out(order_of(two));
  EXPECT_EQ(wait_for_end(created.id).state, DeploymentState::partial);
}

TEST_F(PlanTest, WaitsUntilAPersonLetsItGoOn) {
  const Deployment created = deploy_one_by_one({{"pause", "confirm"}});
  EXPECT_EQ(wait_for(parts->engine.go_on(created.id)).error().why, Refusal::conflict);
  one.carry_out(order_of(one));
  EXPECT_FALSE(wait_waiting(created.id).waiting->until);
  EXPECT_TRUE(two.orders.empty());
  ASSERT_TRUE(wait_for(parts->engine.go_on(created.id)));
  wait_followed(two);
  two.carry_out(order_of(two));
  const Deployment ended = wait_for_end(created.id);
  EXPECT_EQ(ended.state, DeploymentState::succeeded);
  EXPECT_FALSE(ended.waiting);
}

TEST_F(PlanTest, StillWaitsAfterTheServerWasStartedAgain) {
  const Deployment created = deploy_one_by_one({{"pause", "confirm"}});
  one.carry_out(order_of(one));
  wait_waiting(created.id);
  stop();
  start();
  EXPECT_FALSE(wait_waiting(created.id).waiting->until);
  wait_online(two);
  EXPECT_TRUE(two.orders.empty()) << "an agent that comes back gets no order before its node's turn";
  ASSERT_TRUE(wait_for(parts->engine.go_on(created.id)));
  wait_followed(two);
  two.carry_out(order_of(two));
  EXPECT_EQ(wait_for_end(created.id).state, DeploymentState::succeeded);
}

TEST_F(PlanTest, EndsWhenItIsCancelledWhileItWaits) {
  const Deployment created = deploy_one_by_one({{"pause", "1h"}});
  one.carry_out(order_of(one));
  EXPECT_TRUE(wait_waiting(created.id).waiting->until);
  ASSERT_TRUE(wait_for(parts->engine.cancel(created.id, "me")));
  const Deployment ended = wait_for_end(created.id);
  EXPECT_EQ(ended.state, DeploymentState::cancelled);
  EXPECT_EQ(ended.nodes[0].state, NodeState::succeeded);
  EXPECT_EQ(ended.nodes[1].state, NodeState::cancelled);
}

TEST_F(PlanTest, StartsNothingWhileANodeIsAwayWhereThePlanSaysSo) {
  wait_online(one);
  wait_for(two.stop());
  run_until([&] { return !parts->fleet.online(two.address().text()); });
  const Refused refused = refusal_of({.action = "update", .rollout = {{{"offline", "fail"}}}});
  EXPECT_EQ(refused.why, Refusal::conflict);
  EXPECT_THAT(refused.detail, HasSubstr("web2"));
  EXPECT_TRUE(one.orders.empty());
}

TEST_F(PlanTest, WaitsForANodeThatIsAwayWhereThePlanSaysSo) {
  wait_online(one);
  wait_for(two.stop());
  run_until([&] { return !parts->fleet.online(two.address().text()); });
  const auto created =
      wait_for(parts->engine.create("shop", {.action = "update", .rollout = {{{"offline", "wait"}}}}));
  ASSERT_TRUE(created);
  wait_followed(one);
  one.carry_out(order_of(one));
  two.start();
  wait_followed(two);
  two.carry_out(order_of(two));
  EXPECT_EQ(wait_for_end(created->id).state, DeploymentState::succeeded);
}

}  // namespace
}  // namespace slipway::server::rollout
