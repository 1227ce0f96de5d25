// The life of a deployment: orders, spools, breaks, restarts.
#include "server/rollout/engine_fixture.h"

namespace slipway::server::rollout {
namespace {

using store::Delivery;
using store::DeploymentState;
using store::NodeState;

TEST_F(EngineTest, BringsADeploymentToItsEnd) {
  const Deployment created = deploy();
  EXPECT_EQ(created.state, DeploymentState::running);
  EXPECT_EQ(created.revision, one.head);
  wait_followed(one);
  wait_followed(two);
  one.carry_out(order_of(one));
  two.carry_out(order_of(two));
  const Deployment ended = wait_for_end(created.id);
  EXPECT_EQ(ended.state, DeploymentState::succeeded);
  EXPECT_TRUE(ended.finished_at);
  for (const store::DeploymentNode& node : ended.nodes) {
    EXPECT_EQ(node.state, NodeState::succeeded);
    EXPECT_EQ(node.revision_before, "before");
    EXPECT_EQ(node.revision_after, "after");
    EXPECT_EQ(node.steps.at(0).state, "succeeded");
    EXPECT_EQ(node.output_bytes, 8U);
    EXPECT_EQ(output(node.order_id), "working\n");
  }
}

TEST_F(EngineTest, GivesEveryNodeTheSameRevision) {
  two.head = std::string(40, 'b');
  const Deployment created = deploy();
  EXPECT_EQ(one.orders.at(0).revision, created.revision);
  EXPECT_EQ(two.orders.at(0).revision, created.revision);
}

TEST_F(EngineTest, StoresWhatItAcknowledges) {
  const Deployment created = deploy();
  wait_followed(one);
  one.carry_out(order_of(one));
  const std::uint64_t length = one.kept[order_of(one)].spool.size();
  run_until([&] { return !one.acks.empty() && one.acks.back().offset == length; });
  const auto deployment = stored(created.id);
  EXPECT_EQ(deployment->nodes[0].state, NodeState::succeeded);
  EXPECT_EQ(deployment->nodes[0].spool_offset, length);
  EXPECT_EQ(deployment->nodes[0].delivery, Delivery::settled);
}

TEST_F(EngineTest, SaysPartialWhereOneNodeFailed) {
  const Deployment created = deploy();
  wait_followed(one);
  wait_followed(two);
  one.carry_out(order_of(one));
  two.carry_out(order_of(two), wire::ResultState::failed);
  EXPECT_EQ(wait_for_end(created.id).state, DeploymentState::partial);
}

TEST_F(EngineTest, TakesARejectionForTheNodesEnd) {
  one.rejects = "the policy does not allow /srv/shop";
  const Deployment created = deploy();
  wait_followed(two);
  two.carry_out(order_of(two));
  const Deployment ended = wait_for_end(created.id);
  EXPECT_EQ(ended.state, DeploymentState::partial);
  EXPECT_EQ(ended.nodes[0].state, NodeState::rejected);
  EXPECT_EQ(ended.nodes[0].reason, "the policy does not allow /srv/shop");
}

TEST_F(EngineTest, SaysThatAnAgentLostAnOrderItHadAccepted) {
  const Deployment created = deploy();
  wait_followed(one);
  two.rejects = "no";
  one.kept.clear();
  one.cut();
  const Deployment seen = wait_until(
      created.id, [](const Deployment& deployment) { return is_final(deployment.nodes[0].state); });
  EXPECT_EQ(seen.nodes[0].state, NodeState::failed);
  EXPECT_EQ(seen.nodes[0].reason,
            "the agent has no record of this order, which it had accepted: its data directory was removed or "
            "replaced");
  EXPECT_EQ(one.orders.size(), 1U) << "it is not started again";
}

TEST_F(EngineTest, LeavesOutANodeThatIsOfflineAndSaysSo) {
  wait_for(two.stop());
  wait_online(one);
  run_until([&] { return !parts->fleet.online(two.address().text()); });
  const auto created = wait_for(parts->engine.create("shop", {.action = "update"}));
  ASSERT_TRUE(created) << created.error().detail;
  wait_followed(one);
  one.carry_out(order_of(one));
  const Deployment ended = wait_for_end(created->id);
  EXPECT_EQ(ended.state, DeploymentState::partial);
  EXPECT_EQ(ended.nodes[1].state, NodeState::offline);
  EXPECT_TRUE(ended.nodes[1].reason->starts_with("the node was offline and was left as it is: "))
      << *ended.nodes[1].reason;
  two.start();
  wait_online(two);
  EXPECT_TRUE(two.orders.empty()) << "nothing is sent to it later";
}

TEST_F(EngineTest, CancelsWhatRuns) {
  const Deployment created = deploy();
  wait_followed(one);
  wait_followed(two);
  two.carry_out(order_of(two));
  const auto cancelled = wait_for(parts->engine.cancel(created.id, "ada"));
  ASSERT_TRUE(cancelled) << cancelled.error().detail;
  EXPECT_TRUE(cancelled->cancel_requested);
  run_until([&] { return !one.cancels.empty(); });
  EXPECT_EQ(one.cancels[0].order, order_of(one));
  EXPECT_EQ(one.cancels[0].reason, "cancelled by ada");
  one.carry_out(order_of(one), wire::ResultState::cancelled);
  const Deployment ended = wait_for_end(created.id);
  EXPECT_EQ(ended.state, DeploymentState::cancelled);
  EXPECT_EQ(ended.nodes[0].state, NodeState::cancelled);
}

TEST_F(EngineTest, CancelsAgainWhereTheAgentWasAwayWhenItWasAsked) {
  const Deployment created = deploy();
  wait_followed(one);
  wait_for(one.stop());
  ASSERT_TRUE(wait_for(parts->engine.cancel(created.id, "ada")));
  one.start();
  run_until([&] { return !one.cancels.empty(); });
  EXPECT_EQ(one.cancels[0].order, order_of(one));
}

TEST_F(EngineTest, RefusesToCancelWhatHasEnded) {
  const Deployment created = deploy();
  wait_followed(one);
  wait_followed(two);
  one.carry_out(order_of(one));
  two.carry_out(order_of(two));
  (void)wait_for_end(created.id);
  const auto cancelled = wait_for(parts->engine.cancel(created.id, "ada"));
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().why, Refusal::conflict);
  EXPECT_EQ(cancelled.error().detail, fmt::format("deployment {} has ended already: succeeded", created.id));
  EXPECT_EQ(wait_for(parts->engine.cancel(99, "ada")).error().why, Refusal::not_found);
}

TEST_F(EngineTest, GoesOnAtTheStoredByteAfterABreak) {
  const Deployment created = deploy();
  wait_followed(one);
  one.tell(order_of(one), wire::StepStarted{"fetch", ""});
  one.tell(order_of(one), wire::Output{"stdout"}, "first ");
  const std::uint64_t told = one.kept[order_of(one)].spool.size();
  run_until([&] { return !one.acks.empty() && one.acks.back().offset == told; });
  one.cut();
  run_until([&] { return one.follows.size() == 2; });
  EXPECT_EQ(one.follows[1].offset, told);
  one.tell(order_of(one), wire::Output{"stdout"}, "second");
  (void)wait_until(created.id,
                   [](const Deployment& deployment) { return deployment.nodes[0].output_bytes == 12; });
  EXPECT_EQ(one.orders.size(), 1U);
}

TEST_F(EngineTest, ClosesTheLinkWhereASpoolDoesNotGoOnAtTheRightByte) {
  const Deployment created = deploy();
  wait_followed(one);
  const std::string frame = wire::encode(wire::StepStarted{"check", ""});
  one.send(wire::Spool{order_of(one), 1000}, frame);
  run_until([&] { return !one.link_ends.empty(); });
  EXPECT_EQ(get(created.id).nodes[0].state, NodeState::running) << "it is no end of the node";
  // And it goes on where it was.
  run_until([&] { return one.follows.size() == 2; });
  EXPECT_EQ(one.follows[1].offset, 0U);
}

// What makes no sense would make none when it is sent again.
TEST_F(EngineTest, EndsANodeWhoseSpoolMakesNoSense) {
  const Deployment created = deploy();
  wait_followed(one);
  wait_followed(two);
  const std::string frame = wire::encode(wire::StepStarted{"check", ""});
  one.send(wire::Spool{order_of(one), 0}, frame + frame.substr(0, 5));
  two.send(wire::Spool{order_of(two), 0}, wire::encode(wire::Cancel{"x", "y"}));
  const Deployment ended = wait_for_end(created.id);
  for (const store::DeploymentNode& node : ended.nodes) {
    EXPECT_EQ(node.state, NodeState::failed);
    EXPECT_TRUE(node.reason->starts_with("what the agent tells of this order makes no sense ("))
        << *node.reason;
  }
  run_until([&] { return !one.link_ends.empty() && !two.link_ends.empty(); });
}

TEST_F(EngineTest, ClosesTheLinkWhereAnAgentSpeaksForAnother) {
  const Deployment created = deploy();
  wait_followed(one);
  wait_followed(two);
  two.send(wire::Spool{order_of(one), 0},
           wire::encode(wire::OrderResult{.state = wire::ResultState::succeeded, .time = ""}));
  two.send(wire::OrderStateMessage{.id = order_of(one), .state = wire::OrderState::rejected});
  run_until([&] { return !two.link_ends.empty(); });
  EXPECT_EQ(get(created.id).nodes[0].state, NodeState::running);
}

TEST_F(EngineTest, IgnoresMessagesOfALaterVersionInASpool) {
  const Deployment created = deploy();
  wait_followed(one);
  wait_followed(two);
  one.append(order_of(one), wire::encode_json({{"type", "step_progress"}, {"percent", 50}}, {}));
  one.carry_out(order_of(one));
  two.carry_out(order_of(two));
  EXPECT_EQ(wait_for_end(created.id).state, DeploymentState::succeeded);
}

TEST_F(EngineTest, TakesUpWhatRanWhenTheServerWasStopped) {
  const Deployment created = deploy();
  wait_followed(one);
  wait_followed(two);
  one.tell(order_of(one), wire::StepStarted{"fetch", ""});
  one.tell(order_of(one), wire::Output{"stdout"}, "before ");
  const std::uint64_t told = one.kept[order_of(one)].spool.size();
  run_until([&] { return !one.acks.empty() && one.acks.back().offset == told; });
  stop();
  one.tell(order_of(one), wire::Output{"stdout"}, "meanwhile");
  two.carry_out(order_of(two));
  start();
  run_until([&] { return one.follows.size() == 2 && two.follows.size() == 2; });
  EXPECT_EQ(one.follows[1].offset, told);
  one.tell(order_of(one), wire::StepFinished{.step = "fetch"});
  one.tell(order_of(one), wire::OrderResult{.state = wire::ResultState::succeeded, .time = ""});
  EXPECT_EQ(wait_for_end(created.id).state, DeploymentState::succeeded);
  EXPECT_EQ(output(order_of(one)), "before meanwhile");
  EXPECT_EQ(one.orders.size(), 1U) << "no order is given twice";
  EXPECT_EQ(two.orders.size(), 1U);
}

TEST_F(EngineTest, SendsAnOrderAgainThatMayNotHaveArrived) {
  one.answers_orders = false;
  const Deployment created = deploy();
  stop();
  one.answers_orders = true;
  start();
  run_until([&] { return one.orders.size() == 2; });
  EXPECT_EQ(one.orders[1].id, one.orders[0].id);
  (void)wait_until(created.id, [](const Deployment& deployment) {
    return deployment.nodes[0].delivery == Delivery::accepted;
  });
}

TEST_F(EngineTest, CountsOnAfterARestart) {
  const Deployment first = deploy();
  wait_followed(one);
  wait_followed(two);
  one.carry_out(order_of(one));
  two.carry_out(order_of(two));
  (void)wait_for_end(first.id);
  stop();
  start();
  EXPECT_EQ(parts->engine.last_deployment("shop"), first.id);
  EXPECT_FALSE(parts->engine.running_deployment("shop"));
  wait_online(one);
  const auto second = wait_for(parts->engine.create("shop", {.action = "update"}));
  ASSERT_TRUE(second) << second.error().detail;
  EXPECT_EQ(second->id, first.id + 1);
}

}  // namespace
}  // namespace slipway::server::rollout
