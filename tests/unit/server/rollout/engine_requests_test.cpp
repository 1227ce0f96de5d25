// What people ask the engine for, and what it refuses.
#include "server/rollout/engine_fixture.h"

namespace slipway::server::rollout {
namespace {

using store::DeploymentState;

TEST_F(EngineTest, RefusesAnAppItDoesNotKnow) {
  const Refused refused = refusal_of({.action = "update"}, "shpo\n");
  EXPECT_EQ(refused.why, Refusal::unknown_app);
  EXPECT_EQ(refused.detail, "there is no app \"shpo\\n\"");
}

TEST_F(EngineTest, LetsASecondDeploymentWaitForItsTurn) {
  const Deployment created = deploy();
  const auto second = wait_for(parts->engine.create("shop", {.action = "update"}, {.by = "ada"}));
  ASSERT_TRUE(second) << second.error().detail;
  EXPECT_EQ(second->state, DeploymentState::queued);
  EXPECT_EQ(second->by, "ada");
  EXPECT_FALSE(second->started_at);
  EXPECT_EQ(parts->engine.running_deployment("shop"), created.id);
  EXPECT_EQ(parts->engine.queue("shop"), std::vector{second->id});
  wait_followed(one);
  wait_followed(two);
  one.carry_out(order_of(one));
  two.carry_out(order_of(two));
  wait_until(second->id, [](const Deployment& next) { return next.state == DeploymentState::running; });
  run_until([&] { return one.orders.size() == 2 && two.orders.size() == 2; });
  EXPECT_TRUE(parts->engine.queue("shop").empty());
}

TEST_F(EngineTest, CarriesOutOnlyTheNewestOfTheUpdatesThatWait) {
  deploy();
  const auto waiting = wait_for(parts->engine.create("shop", {.action = "update"}));
  const auto part = wait_for(parts->engine.create("shop", {.action = "update", .nodes = {{"web1"}}}));
  ASSERT_TRUE(waiting && part);
  EXPECT_EQ(get(waiting->id).state, DeploymentState::queued) << "web2 would be left out";
  const auto newest = wait_for(parts->engine.create("shop", {.action = "update"}));
  ASSERT_TRUE(newest);
  for (const auto id : {waiting->id, part->id}) {
    const Deployment ended = get(id);
    EXPECT_EQ(ended.state, DeploymentState::superseded);
    EXPECT_EQ(ended.nodes[0].state, store::NodeState::skipped);
    EXPECT_EQ(ended.stop_reason,
              fmt::format("superseded by deployment {}, a newer update of shop", newest->id));
  }
  EXPECT_EQ(parts->engine.queue("shop"), std::vector{newest->id});
}

TEST_F(EngineTest, KeepsTheQueueOverARestart) {
  deploy();
  const auto waiting = wait_for(parts->engine.create("shop", {.action = "update"}));
  ASSERT_TRUE(waiting);
  stop();
  start();
  EXPECT_EQ(parts->engine.queue("shop"), std::vector{waiting->id});
  EXPECT_EQ(get(waiting->id).state, DeploymentState::queued);
}

TEST_F(EngineTest, EndsADeploymentThatIsCancelledWhileItWaits) {
  deploy();
  const auto waiting = wait_for(parts->engine.create("shop", {.action = "update"}));
  ASSERT_TRUE(waiting);
  const auto cancelled = wait_for(parts->engine.cancel(waiting->id, "ada"));
  ASSERT_TRUE(cancelled);
  EXPECT_EQ(cancelled->state, DeploymentState::cancelled);
  EXPECT_TRUE(parts->engine.queue("shop").empty());
  EXPECT_EQ(one.orders.size(), 1U);
}

TEST_F(EngineTest, HoldsTheQueueOfAFrozenAppBack) {
  const Deployment running = deploy();
  const auto waiting = wait_for(parts->engine.create("shop", {.action = "update"}));
  ASSERT_TRUE(waiting);
  ASSERT_TRUE(wait_for(parts->engine.freeze("shop", "audit", "ada")));
  wait_followed(one);
  wait_followed(two);
  one.carry_out(order_of(one));
  two.carry_out(order_of(two));
  wait_for_end(running.id);
  EXPECT_EQ(get(waiting->id).state, DeploymentState::queued);
  ASSERT_TRUE(wait_for(parts->engine.unfreeze("shop", "ada")));
  wait_until(waiting->id, [](const Deployment& next) { return next.state == DeploymentState::running; });
}

TEST_F(EngineTest, TriesOnlyTheNodesAgainThatDidNotSucceed) {
  const Deployment first = deploy();
  EXPECT_EQ(wait_for(parts->engine.retry(first.id, "ada")).error().detail,
            fmt::format("deployment {} has not ended yet: wait for its end, or cancel it", first.id));
  wait_followed(one);
  wait_followed(two);
  one.carry_out(order_of(one));
  two.carry_out(order_of(two), wire::ResultState::failed);
  wait_for_end(first.id);
  one.head = std::string(40, 'e');
  const auto again = wait_for(parts->engine.retry(first.id, "ada"));
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_EQ(again->retry_of, first.id);
  EXPECT_EQ(again->revision, first.revision) << "not what is newest by now";
  ASSERT_EQ(again->nodes.size(), 1U);
  EXPECT_EQ(again->nodes[0].alias, "web2");
}

TEST_F(EngineTest, RefusesWhereNobodyIsThereToAsk) {
  wait_for(one.stop());
  wait_for(two.stop());
  run_until([&] {
    return !parts->fleet.online(one.address().text()) && !parts->fleet.online(two.address().text());
  });
  const Refused refused = refusal_of({.action = "update"});
  EXPECT_EQ(refused.why, Refusal::no_node);
  EXPECT_NE(refused.detail.find("web1: "), std::string::npos);
  EXPECT_NE(refused.detail.find("web2: "), std::string::npos);
}

TEST_F(EngineTest, RefusesARevisionThatTheRepositoryDoesNotHave) {
  wait_online(one);
  one.query_error =
      wire::ErrorMessage{.code = "not_found", .message = "no such revision at https://user:secret@host/shop"};
  const Refused refused = refusal_of({.action = "update", .revision = "v99"});
  EXPECT_EQ(refused.why, Refusal::invalid);
  EXPECT_EQ(refused.detail, "web1: no such revision at https://***@host/shop");
}

TEST_F(EngineTest, RefusesAnAnswerThatIsNoRevision) {
  wait_online(one);
  one.head = "main";
  EXPECT_EQ(refusal_of({.action = "update"}).why, Refusal::node_failed);
}

TEST_F(EngineTest, AsksTheNextNodeWhereTheFirstIsAway) {
  wait_for(one.stop());
  wait_online(two);
  run_until([&] { return !parts->fleet.online(one.address().text()); });
  two.head = std::string(40, 'b');
  const auto created = wait_for(parts->engine.create("shop", {.action = "update"}));
  ASSERT_TRUE(created) << created.error().detail;
  EXPECT_EQ(created->revision, two.head);
}

TEST_F(EngineTest, AsksNobodyForARevisionThatANodeStandsOn) {
  one.standing = std::string(40, 'd');
  wait_online(one);
  run_until(
      [&] { return parts->fleet.view(config.apps[0], config.apps[0].nodes[0]).revision == one.standing; });
  one.query_error = wire::ErrorMessage{.code = "io", .message = "the repository is away"};
  two.query_error = one.query_error;
  const auto created =
      wait_for(parts->engine.create("shop", {.action = "rollback", .revision = one.standing}));
  EXPECT_TRUE(created) << created.error().detail;
}

TEST_F(EngineTest, DeploysToTheNodesThatAreNamedOnly) {
  wait_online(one);
  wait_online(two);
  const auto created = wait_for(parts->engine.create("shop", {.action = "update", .nodes = {{"web2"}}}));
  ASSERT_TRUE(created) << created.error().detail;
  wait_followed(two);
  two.carry_out(order_of(two));
  EXPECT_EQ(wait_for_end(created->id).state, DeploymentState::succeeded);
  EXPECT_TRUE(one.orders.empty());
}

TEST_F(EngineTest, ListsDeploymentsAsTheyAreNow) {
  const Deployment created = deploy();
  const auto page = wait_for(parts->engine.list({}, 10, {}));
  ASSERT_EQ(page.deployments.size(), 1U);
  EXPECT_EQ(page.deployments[0].id, created.id);
  EXPECT_FALSE(page.more);
  EXPECT_TRUE(wait_for(parts->engine.list(std::vector<std::string>{"other"}, 10, {})).deployments.empty());
  EXPECT_EQ(wait_for(parts->engine.get(99)).error().detail, "there is no deployment 99");
}

TEST_F(EngineTest, ReadsTheHistoryFromANode) {
  wait_online(one);
  const auto page = wait_for(parts->engine.commits("shop", 5, "abc"));
  ASSERT_TRUE(page) << page.error().detail;
  EXPECT_EQ(page->node, "web1");
  EXPECT_TRUE(page->more);
  EXPECT_EQ(page->commits.at(0).message, "a commit");
  EXPECT_EQ(one.queries.back().limit, 5U);
  EXPECT_EQ(one.queries.back().before, "abc");
}

}  // namespace
}  // namespace slipway::server::rollout
