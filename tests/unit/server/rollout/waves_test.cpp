// In which order nodes have their turn.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/rollout/waves.h"

namespace slipway::server::rollout {
namespace {

using namespace std::chrono_literals;
using config::Batch;
using config::Rollout;
using store::NodeState;
using testing::ElementsAre;
using testing::IsEmpty;
using Kind = NextMove::Kind;

const base::SteadyTime start = std::chrono::steady_clock::now();
const base::Time noon = base::parse_rfc3339("2026-11-24T12:00:00Z").value();

TEST(Waves, AreOneByDefault) {
  EXPECT_THAT(waves_of({}, 3), ElementsAre(0, 0, 0));
  EXPECT_THAT(waves_of({}, 0), IsEmpty());
}

TEST(Waves, BeginWithTheCanary) {
  EXPECT_THAT(waves_of({.canary = 1, .batch = Batch{2, false}}, 6), ElementsAre(0, 1, 1, 2, 2, 3));
  EXPECT_THAT(waves_of({.canary = 2}, 2), ElementsAre(0, 0));
  EXPECT_THAT(waves_of({.canary = 9}, 2), ElementsAre(0, 0)) << "of an app's plan, with fewer nodes chosen";
}

TEST(Waves, RoundAPartOfAllNodesUp) {
  EXPECT_THAT(waves_of({.batch = Batch{25, true}}, 5), ElementsAre(0, 0, 1, 1, 2));
  EXPECT_THAT(waves_of({.batch = Batch{1, true}}, 3), ElementsAre(0, 1, 2));
}

class NextMoveTest : public testing::Test {
 protected:
  // The state of each node, each a wave of its own.
  store::Deployment deployment(std::vector<NodeState> states, Rollout plan = {}) const {
    store::Deployment result{.id = 1, .plan = plan, .created_at = noon - 1h};
    for (const NodeState state : states) {
      store::DeploymentNode node{.alias = fmt::format("n{}", result.nodes.size()), .state = state};
      node.wave = static_cast<int>(result.nodes.size());
      if (is_final(state)) node.finished_at = noon;
      result.nodes.push_back(node);
    }
    return result;
  }
};

TEST_F(NextMoveTest, WaitsForTheNodesOfTheWave) {
  EXPECT_EQ(next_move(deployment({NodeState::running, NodeState::pending}), start).kind, Kind::nothing);
}

TEST_F(NextMoveTest, ReleasesTheNextWaveAfterThePause) {
  auto waiting = deployment({NodeState::succeeded, NodeState::pending}, {.pause = 30s});
  EXPECT_EQ(next_move(waiting, start + 24h).kind, Kind::hold) << "it has not begun";
  waiting.pause_ends = start + 30s;
  EXPECT_EQ(next_move(waiting, start + 29s).kind, Kind::hold);
  EXPECT_FALSE(next_move(waiting, start + 29s).for_person);
  EXPECT_EQ(next_move(waiting, start + 30s).kind, Kind::release);
}

TEST_F(NextMoveTest, APauseGoesOnAfterARestartAndNeverLastsLongerThanWhole) {
  const auto waiting = deployment({NodeState::succeeded, NodeState::pending}, {.pause = 30s});
  EXPECT_EQ(pause_left(waiting, noon), 30s);
  EXPECT_EQ(pause_left(waiting, noon + 10s), 20s);
  EXPECT_EQ(pause_left(waiting, noon + 24h), 0s) << "the clock went ahead, or the server was away for long";
  EXPECT_EQ(pause_left(waiting, noon - 24h), 30s) << "the clock went back";
}

TEST_F(NextMoveTest, WaitsForAPersonOnceForEachWave) {
  auto waiting =
      deployment({NodeState::succeeded, NodeState::pending, NodeState::pending}, {.confirm = true});
  const NextMove move = next_move(waiting, start + 24h);
  EXPECT_EQ(move.kind, Kind::hold);
  EXPECT_TRUE(move.for_person);
  waiting.continued = 1;
  EXPECT_EQ(next_move(waiting, start).kind, Kind::release);
  waiting.wave = 1;
  waiting.nodes[1].state = NodeState::succeeded;
  EXPECT_EQ(next_move(waiting, start).kind, Kind::hold);
}

TEST_F(NextMoveTest, SkipsTheRestWhenMoreFailedThanMay) {
  auto failed = deployment({NodeState::failed, NodeState::pending}, {.confirm = true});
  const NextMove move = next_move(failed, start);
  EXPECT_EQ(move.kind, Kind::skip);
  EXPECT_EQ(move.reason, "not started: 1 node (n0) failed, and the plan allows 0");
  failed.plan.max_failed = 1;
  EXPECT_EQ(next_move(failed, start).kind, Kind::hold);
  failed.plan = {.on_failure = config::OnFailure::proceed};
  EXPECT_EQ(next_move(failed, start).kind, Kind::release);
}

TEST_F(NextMoveTest, TakesEverythingBackWhenThePlanWantsThat) {
  const Rollout plan{.on_failure = config::OnFailure::rollback};
  const NextMove move = next_move(deployment({NodeState::succeeded, NodeState::failed}, plan), start);
  EXPECT_EQ(move.kind, Kind::nothing) << "the second wave has not begun";
  auto last = deployment({NodeState::succeeded, NodeState::failed}, plan);
  last.wave = 1;
  EXPECT_EQ(next_move(last, start).kind, Kind::undo) << "also when nobody is left to be skipped";
  EXPECT_EQ(next_move(last, start).reason, "1 node (n1) failed, and the plan allows 0");
  last.undoing = true;
  EXPECT_EQ(next_move(last, start).kind, Kind::nothing);
}

class PrepareFirst : public NextMoveTest {
 protected:
  // A node that has fetched and waits.
  static void prepare(store::DeploymentNode& node) {
    node.state = NodeState::running;
    node.steps = {{.name = "check", .state = "succeeded"}, {.name = "fetch", .state = "succeeded"}};
  }
  const Rollout plan_{.prepare_first = true};
};

TEST_F(PrepareFirst, WaitsForAllNodesOfAllWaves) {
  auto preparing = deployment({NodeState::pending, NodeState::running, NodeState::pending}, plan_);
  EXPECT_TRUE(may_be_sent(preparing, preparing.nodes[2]));
  EXPECT_FALSE(has_turn(preparing, preparing.nodes[0]));
  for (auto& node : preparing.nodes) {
    EXPECT_EQ(next_move(preparing, start).kind, Kind::nothing);
    prepare(node);
  }
  EXPECT_EQ(next_move(preparing, start).kind, Kind::prepared);
  preparing.prepared = true;
  EXPECT_TRUE(has_turn(preparing, preparing.nodes[0]));
  EXPECT_FALSE(has_turn(preparing, preparing.nodes[1])) << "the waves come after";
}

TEST_F(PrepareFirst, StopsWhenOneNodeCannotBePrepared) {
  auto preparing = deployment({NodeState::running, NodeState::failed, NodeState::pending}, plan_);
  preparing.plan.max_failed = 5;
  const NextMove move = next_move(preparing, start);
  EXPECT_EQ(move.kind, Kind::skip);
  EXPECT_EQ(move.reason, "nothing was switched anywhere: 1 node (n1) could not be prepared");
  preparing.stop_reason = move.reason;
  EXPECT_EQ(next_move(preparing, start).kind, Kind::nothing) << "once is enough";
  EXPECT_FALSE(may_be_sent(preparing, preparing.nodes[2]));
}

TEST_F(PrepareFirst, LeavesOutANodeThatIsAway) {
  auto preparing = deployment({NodeState::running, NodeState::offline}, plan_);
  prepare(preparing.nodes[0]);
  EXPECT_EQ(next_move(preparing, start).kind, Kind::prepared);
  const auto nobody = deployment({NodeState::offline, NodeState::offline}, plan_);
  EXPECT_EQ(next_move(nobody, start).kind, Kind::nothing);
}

TEST_F(NextMoveTest, LeavesWhatWaitsForItsTurnAlone) {
  auto queued = deployment({NodeState::pending});
  queued.state = store::DeploymentState::queued;
  EXPECT_EQ(next_move(queued, start).kind, Kind::nothing);
  EXPECT_FALSE(may_be_sent(queued, queued.nodes[0]));
  EXPECT_FALSE(has_turn(queued, queued.nodes[0]));
}

TEST_F(NextMoveTest, CountsANodeThatIsAwayAsThePlanSays) {
  auto away = deployment({NodeState::offline, NodeState::pending});
  EXPECT_EQ(next_move(away, start).kind, Kind::release);
  away.plan.offline = config::Offline::wait;
  EXPECT_EQ(next_move(away, start).kind, Kind::skip);
}

TEST_F(NextMoveTest, DoesNothingForWhatIsCancelledOrAtItsEnd) {
  auto done = deployment({NodeState::succeeded, NodeState::pending});
  done.cancel_requested = true;
  EXPECT_EQ(next_move(done, start).kind, Kind::nothing);
  EXPECT_EQ(next_move(deployment({NodeState::succeeded, NodeState::skipped}), start).kind, Kind::nothing);
}

}  // namespace
}  // namespace slipway::server::rollout
