#include "server/rollout/outcome.h"

#include <gtest/gtest.h>

#include <limits>

namespace slipway::server::rollout {
namespace {

using store::DeploymentNode;
using store::DeploymentState;
using enum store::NodeState;

struct EndCase {
  std::vector<store::NodeState> nodes;
  bool cancel_requested;
  DeploymentState expected;
};

void PrintTo(const EndCase& end, std::ostream* out) {
  for (const store::NodeState state : end.nodes) *out << store::name_of(state) << " ";
  *out << (end.cancel_requested ? "(cancel)" : "");
}

class EndState : public testing::TestWithParam<EndCase> {};

TEST_P(EndState, FollowsFromTheNodes) {
  store::Deployment deployment;
  deployment.cancel_requested = GetParam().cancel_requested;
  for (const store::NodeState state : GetParam().nodes) deployment.nodes.push_back({.state = state});
  EXPECT_EQ(store::name_of(end_state(deployment)), store::name_of(GetParam().expected));
}

INSTANTIATE_TEST_SUITE_P(Nodes, EndState,
                         testing::Values(EndCase{{succeeded}, false, DeploymentState::succeeded},
                                         EndCase{{succeeded, succeeded}, false, DeploymentState::succeeded},
                                         // Too late to cancel: all of it was done.
                                         EndCase{{succeeded, succeeded}, true, DeploymentState::succeeded},
                                         EndCase{{failed}, false, DeploymentState::failed},
                                         EndCase{{failed, failed}, false, DeploymentState::failed},
                                         EndCase{{rejected}, false, DeploymentState::failed},
                                         EndCase{{interrupted}, false, DeploymentState::failed},
                                         EndCase{{offline}, false, DeploymentState::failed},
                                         EndCase{{skipped}, false, DeploymentState::failed},
                                         // Stopped on the node, not by a person here.
                                         EndCase{{cancelled}, false, DeploymentState::failed},
                                         EndCase{{succeeded, failed}, false, DeploymentState::partial},
                                         EndCase{{offline, succeeded}, false, DeploymentState::partial},
                                         EndCase{{succeeded, rejected}, false, DeploymentState::partial},
                                         EndCase{{succeeded, interrupted}, false, DeploymentState::partial},
                                         EndCase{{succeeded, skipped}, false, DeploymentState::partial},
                                         EndCase{{succeeded, cancelled}, false, DeploymentState::partial},
                                         EndCase{{succeeded, rolled_back}, false, DeploymentState::partial},
                                         EndCase{
                                             {rolled_back, rolled_back}, false, DeploymentState::rolled_back},
                                         EndCase{{rolled_back, failed}, false, DeploymentState::failed},
                                         EndCase{{cancelled}, true, DeploymentState::cancelled},
                                         EndCase{{cancelled, cancelled}, true, DeploymentState::cancelled},
                                         EndCase{{succeeded, cancelled}, true, DeploymentState::cancelled},
                                         EndCase{{failed, cancelled}, true, DeploymentState::cancelled},
                                         EndCase{{succeeded, failed}, true, DeploymentState::partial},
                                         EndCase{{failed, offline}, true, DeploymentState::failed}));

TEST(EndState, IsSuccessOnlyWhereEveryNodeSucceeded) {
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<store::NodeState>>([](auto other) {
    for (const bool cancel : {false, true}) {
      store::Deployment deployment;
      deployment.cancel_requested = cancel;
      deployment.nodes = {{.state = succeeded}, {.state = other.value}};
      EXPECT_EQ(end_state(deployment) == DeploymentState::succeeded, other.value == succeeded) << other.name;
    }
  });
}

class EndOfUndo : public testing::Test {
 protected:
  static DeploymentNode node(store::NodeState state, std::string after) {
    DeploymentNode result{.alias = "web", .state = state, .delivery = store::Delivery::settled};
    result.revision_before = "old";
    result.revision_after = std::move(after);
    result.undo = state == rolled_back;
    return result;
  }
  static std::string end(std::vector<DeploymentNode> nodes) {
    return store::name_of(end_state({.undoing = true, .nodes = std::move(nodes)}));
  }
};

TEST_F(EndOfUndo, IsRolledBackWhenNoNodeStandsOnWhatFailed) {
  EXPECT_EQ(end({node(rolled_back, "old"), node(failed, "old"), node(skipped, "old")}), "rolled_back");
  EXPECT_EQ(end({node(failed, "old"), node(skipped, "old")}), "failed") << "nothing had been switched";
}

TEST_F(EndOfUndo, IsPartialWhileOneMayStandThere) {
  EXPECT_EQ(end({node(rolled_back, "old"), node(succeeded, "new")}), "partial");
  EXPECT_EQ(end({node(rolled_back, "old"), node(offline, "new")}), "partial");
  DeploymentNode lost = node(offline, "old");
  lost.delivery = store::Delivery::accepted;
  EXPECT_EQ(end({node(rolled_back, "old"), lost}), "partial");
  DeploymentNode tried = node(failed, "old");
  tried.undo = true;
  EXPECT_EQ(end({node(rolled_back, "old"), tried}), "partial") << "a hook failed on the way back";
}

class Apply : public testing::Test {
 protected:
  DeploymentNode node;
};

TEST_F(Apply, TakesAStepFromItsBeginningToItsEnd) {
  ASSERT_TRUE(apply(node, wire::StepStarted{"fetch", ""}));
  EXPECT_EQ(node.state, running);
  EXPECT_EQ(node.step, "fetch");
  EXPECT_EQ(node.steps.at(0).state, "running");
  ASSERT_TRUE(apply(
      node, wire::StepFinished{
                .step = "fetch", .state = wire::StepState::failed, .exit_code = 128, .duration_ms = 17}));
  EXPECT_EQ(node.steps.at(0).state, "failed");
  EXPECT_EQ(node.steps.at(0).exit_code, 128);
  EXPECT_EQ(node.steps.at(0).duration_ms, 17);
}

TEST_F(Apply, KnowsTheRevisionBeforeFromTheCheckAndTheOneAfterFromTheSwitch) {
  ASSERT_TRUE(apply(node, wire::StepStarted{"check", ""}));
  ASSERT_TRUE(apply(node, wire::StepFinished{.step = "check", .revision = "r1"}));
  EXPECT_EQ(node.revision_before, "r1");
  EXPECT_EQ(node.revision_after, "r1");
  ASSERT_TRUE(apply(node, wire::StepStarted{"switch", ""}));
  ASSERT_TRUE(apply(node, wire::StepFinished{.step = "switch", .revision = "r2"}));
  EXPECT_EQ(node.revision_before, "r1");
  EXPECT_EQ(node.revision_after, "r2");
}

TEST_F(Apply, TakesEveryResult) {
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<wire::ResultState>>([&](auto entry) {
    ASSERT_TRUE(apply(node, wire::OrderResult{.state = entry.value}));
    EXPECT_EQ(store::name_of(node.state), entry.name);
  });
}

TEST_F(Apply, TakesAllThatAResultTells) {
  const wire::OrderResult result{.state = wire::ResultState::failed,
                                 .step = "after_deploy",
                                 .exit_code = 3,
                                 .reason = "it failed",
                                 .revision_before = "r1",
                                 .revision_after = "r2"};
  ASSERT_TRUE(apply(node, result));
  EXPECT_EQ(node.step, "after_deploy");
  EXPECT_EQ(node.exit_code, 3);
  EXPECT_EQ(node.reason, "it failed");
  EXPECT_EQ(node.revision_before, "r1");
  EXPECT_EQ(node.revision_after, "r2");
}

TEST_F(Apply, KeepsTheLastStepWhereTheResultNamesNone) {
  ASSERT_TRUE(apply(node, wire::StepStarted{"switch", ""}));
  ASSERT_TRUE(apply(node, wire::OrderResult{.state = wire::ResultState::succeeded}));
  EXPECT_EQ(node.step, "switch");
}

TEST_F(Apply, RefusesAStepThatIsNone) {
  for (const std::string& name :
       {std::string(""), std::string("switch_"), std::string("rm -rf"), std::string(10'000, 'x')}) {
    const auto applied = apply(node, wire::StepStarted{name, ""});
    ASSERT_FALSE(applied) << name;
    EXPECT_LT(applied.error().message.size(), 200U);
    EXPECT_FALSE(apply(node, wire::OrderResult{.state = wire::ResultState::succeeded, .step = name}));
  }
  EXPECT_EQ(node.state, pending) << "nothing of it is taken over";
  EXPECT_FALSE(node.step);
  EXPECT_TRUE(node.steps.empty());
}

TEST_F(Apply, RefusesTheEndOfAStepThatDidNotBegin) {
  EXPECT_FALSE(apply(node, wire::StepFinished{.step = "check"}));
  ASSERT_TRUE(apply(node, wire::StepStarted{"check", ""}));
  EXPECT_FALSE(apply(node, wire::StepFinished{.step = "fetch", .revision = "forged"}));
  EXPECT_EQ(node.steps.at(0).state, "running");
  EXPECT_FALSE(node.revision_after);
}

TEST_F(Apply, KnowsTheStepsOfTheWayBack) {
  for (const char* name : {"health_check", "before_rollback", "switch_back", "after_rollback"}) {
    ASSERT_TRUE(apply(node, wire::StepStarted{name, ""})) << name;
    ASSERT_TRUE(apply(node, wire::StepFinished{.step = name, .revision = "r1"})) << name;
  }
  EXPECT_EQ(node.revision_after, "r1");
}

TEST_F(Apply, RefusesAnEndThatIsNone) {
  ASSERT_TRUE(apply(node, wire::StepStarted{"switch", ""}));
  EXPECT_FALSE(apply(
      node, wire::StepFinished{.step = "switch", .state = wire::StepState::running, .revision = "forged"}));
  EXPECT_EQ(node.steps.at(0).state, "running");
  EXPECT_FALSE(node.steps.at(0).duration_ms);
  EXPECT_FALSE(node.revision_after);
}

TEST_F(Apply, BoundsADuration) {
  ASSERT_TRUE(apply(node, wire::StepStarted{"switch", ""}));
  ASSERT_TRUE(apply(
      node, wire::StepFinished{.step = "switch", .duration_ms = std::numeric_limits<std::uint64_t>::max()}));
  EXPECT_EQ(node.steps.at(0).duration_ms, 365LL * 24 * 3600 * 1000);
}

TEST_F(Apply, RefusesStepsWithoutEnd) {
  base::Result<> applied;
  int steps = 0;
  for (; applied && steps < 10'000; ++steps) applied = apply(node, wire::StepStarted{"check", ""});
  EXPECT_FALSE(applied);
  EXPECT_LE(node.steps.size(), 100U);
}

TEST_F(Apply, ShortensWhatIsTooLong) {
  const std::string endless(1'000'000, 'x');
  ASSERT_TRUE(apply(node, wire::OrderResult{.state = wire::ResultState::failed,
                                            .reason = endless,
                                            .revision_before = endless,
                                            .revision_after = endless}));
  EXPECT_LE(node.reason->size(), 8000U);
  EXPECT_LE(node.revision_before->size(), 200U);
  EXPECT_LE(node.revision_after->size(), 200U);
}

TEST_F(Apply, KeepsWhatANodeHadBeforeWhileItGoesBack) {
  node = {.alias = "web", .undo = true};
  node.revision_before = "old";
  node.revision_after = "new";
  node.reason = "back to old, because 1 node (web2) failed";
  ASSERT_TRUE(apply(node, wire::StepStarted{"check", ""}));
  ASSERT_TRUE(apply(node, wire::StepFinished{.step = "check", .revision = "new"}));
  EXPECT_EQ(node.revision_before, "old");
  ASSERT_TRUE(apply(
      node, wire::OrderResult{
                .state = wire::ResultState::succeeded, .revision_before = "new", .revision_after = "old"}));
  EXPECT_EQ(node.state, rolled_back);
  EXPECT_EQ(node.revision_before, "old");
  EXPECT_EQ(node.revision_after, "old");
  EXPECT_EQ(node.reason, "back to old, because 1 node (web2) failed");
}

TEST_F(Apply, SaysThatGoingBackFailedToo) {
  node = {.alias = "web", .undo = true};
  node.reason = "back to old, because 1 node (web2) failed";
  ASSERT_TRUE(apply(node, wire::OrderResult{.state = wire::ResultState::failed,
                                            .reason = "after_rollback failed with exit code 1",
                                            .revision_after = "old"}));
  EXPECT_EQ(node.state, failed);
  EXPECT_EQ(
      node.reason,
      "back to old, because 1 node (web2) failed; going back failed: after_rollback failed with exit code 1");
}

}  // namespace
}  // namespace slipway::server::rollout
