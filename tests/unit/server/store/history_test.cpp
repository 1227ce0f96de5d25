#include "server/store/fixture.h"
#include "server/store/store.h"

namespace slipway::server::store {
namespace {

using test::at;
using test::make_deployment;
using test::make_event;

// A deployment of one node that has ended well, with some output.
class PastTest : public testing::Test {
 protected:
  Deployment ended(std::int64_t id, std::string app = "shop") {
    Deployment deployment = make_deployment(id, std::move(app));
    deployment.state = DeploymentState::succeeded;
    deployment.finished_at = at(id);
    deployment.nodes.pop_back();
    DeploymentNode& node = deployment.nodes[0];
    node.state = NodeState::succeeded;
    node.delivery = Delivery::settled;
    node.revision_after = "abc";
    node.output_bytes = 1000;
    return deployment;
  }

  void write(const Deployment& deployment, std::int64_t first_event) {
    Batch batch{.created = {deployment}};
    batch.output.push_back({deployment.nodes[0].order_id, 0, std::string(1000, 'x')});
    for (std::int64_t id = first_event; id < first_event + 3; ++id)
      batch.events.push_back(make_event(id, deployment.id, "deployment"));
    ASSERT_TRUE(store->write(batch));
  }

  void remove_everything(bool (Store::*step)(std::int64_t), std::int64_t id) {
    while ((store.get()->*step)(id)) {
    }
  }

  slipway::test::TempDir dir;
  std::unique_ptr<Store> store = test::open_store(dir.path());
};

TEST_F(PastTest, KnowsTheNewestOfEachAppAndTheLastOfEachNode) {
  write(ended(1), 1);
  write(ended(2), 4);
  write(ended(3, "blog"), 7);
  Deployment running = make_deployment(4);
  ASSERT_TRUE(store->write({.created = {running}}));
  const auto past = store->past();
  ASSERT_EQ(past.size(), 3U);
  EXPECT_EQ(past[0].id, 1);
  EXPECT_FALSE(past[0].newest);
  EXPECT_FALSE(past[0].last_of_a_node);
  EXPECT_TRUE(past[0].among_newest);
  EXPECT_TRUE(past[0].has_output);
  EXPECT_TRUE(past[1].newest);
  EXPECT_TRUE(past[1].last_of_a_node);
  EXPECT_TRUE(past[2].newest);
  EXPECT_EQ(past[2].ended, at(3));
}

TEST_F(PastTest, WhatIsNotSettledIsNotPast) {
  Deployment open = ended(1);
  open.nodes[0].delivery = Delivery::accepted;
  write(open, 1);
  EXPECT_TRUE(store->past().empty());
}

TEST_F(PastTest, RemovedOutputLeavesTheRecordAndSaysSo) {
  const Deployment deployment = ended(1);
  write(deployment, 1);
  const std::uint64_t before = store->used_bytes();
  remove_everything(&Store::remove_output, 1);
  EXPECT_EQ(store->used_bytes() + 1000, before);
  EXPECT_FALSE(fs::exists(dir.path() / "output" / deployment.nodes[0].order_id));
  EXPECT_TRUE(store->find(1)->nodes[0].output_removed);
  EXPECT_EQ(store->find(1)->nodes[0].output_bytes, 1000U);
  EXPECT_FALSE(store->past()[0].has_output);
}

TEST_F(PastTest, RemovedEventsAreRememberedAndTheNewestIdIsKept) {
  write(ended(1), 1);
  write(ended(2), 4);
  remove_everything(&Store::remove_events, 1);
  EXPECT_EQ(store->events_removed_up_to(), 3);
  remove_everything(&Store::remove_events, 2);
  EXPECT_EQ(store->last_event_id(), 6);
  EXPECT_EQ(store->events_removed_up_to(), 5);
}

TEST_F(PastTest, ARemovedDeploymentIsGone) {
  write(ended(1), 1);
  write(ended(2), 4);
  store->remove_deployment(1);
  EXPECT_FALSE(store->find(1));
  EXPECT_EQ(store->last_deployment_id(), 2);
}

TEST_F(PastTest, OldEventsOfTheFleetGoAndOthersStay) {
  ASSERT_TRUE(store->write({.events = {make_event(1, std::nullopt), make_event(2, 7, "deployment"),
                                       make_event(3, std::nullopt), make_event(4, std::nullopt)}}));
  EXPECT_FALSE(store->remove_fleet_events(std::nullopt));
  while (store->remove_fleet_events(base::now() + std::chrono::hours{1})) {
  }
  const auto left = store->events(0, {.deployment = std::nullopt}, 10, 1'000'000);
  ASSERT_EQ(left.events.size(), 2U);
  EXPECT_EQ(left.events[0]->id, 2);
  EXPECT_EQ(left.events[1]->id, 4);
  EXPECT_EQ(store->events_removed_up_to(), 3);
}

TEST_F(PastTest, TheFileGetsSmallerAgain) {
  Batch batch;
  for (std::int64_t id = 1; id <= 2000; ++id)
    batch.events.push_back(make_event(id, std::nullopt, "node", "\"" + std::string(2000, 'x') + "\""));
  ASSERT_TRUE(store->write(batch));
  const std::uint64_t full = store->used_bytes();
  while (store->remove_fleet_events(base::now() + std::chrono::hours{1})) {
  }
  EXPECT_LT(store->used_bytes(), full / 10);
  while (store->return_pages()) {
  }
  store.reset();
  EXPECT_LT(fs::file_size(dir.path() / "slipway.db"), full / 10);
}

}  // namespace
}  // namespace slipway::server::store
