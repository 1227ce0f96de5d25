#include "server/store/store.h"

#include <sqlite3.h>

#include <boost/json.hpp>

#include "base/file.h"
#include "server/store/fixture.h"

namespace slipway::server::store {
namespace {

using test::at;
using test::expect_same;
using test::make_deployment;
using test::make_event;
using test::make_full_node;
using test::open_store;

class StoreTest : public testing::Test {
 protected:
  void write(const Batch& batch) {
    const auto written = store->write(batch);
    ASSERT_TRUE(written) << written.error().message;
  }

  void create(const Deployment& deployment) { write({.created = {deployment}}); }

  void reopen() {
    store.reset();
    store = open_store(dir.path());
  }

  std::vector<std::int64_t> listed(std::optional<std::string> app, int limit,
                                   std::optional<std::int64_t> before) {
    std::vector<std::int64_t> ids;
    std::optional<std::vector<std::string>> apps;
    if (app) apps.emplace({*app});
    for (const Deployment& deployment : store->list(apps, limit, before)) ids.push_back(deployment.id);
    return ids;
  }

  slipway::test::TempDir dir;
  std::unique_ptr<Store> store = open_store(dir.path());
};

TEST_F(StoreTest, IsEmptyAtFirst) {
  EXPECT_EQ(store->last_event_id(), 0);
  EXPECT_EQ(store->last_deployment_id(), 0);
  EXPECT_TRUE(store->unfinished().empty());
  EXPECT_TRUE(store->last_of_each_app().empty());
  EXPECT_FALSE(store->find(1));
}

TEST_F(StoreTest, KeepsTheIdOfItsInstallation) {
  const std::string instance = store->instance();
  EXPECT_TRUE(base::is_id(instance));
  reopen();
  EXPECT_EQ(store->instance(), instance);
}

TEST_F(StoreTest, RefusesASecondServerInItsDirectory) {
  const auto second = Store::open(dir.path());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, base::ErrorCode::conflict);
  EXPECT_NE(second.error().message.find(dir.path().string()), std::string::npos);
}

TEST_F(StoreTest, GivesBackADeploymentWithEverything) {
  Deployment deployment = make_deployment(7);
  deployment.action = "rollback";
  deployment.requested_revision = "v1.2 ä";
  deployment.state = DeploymentState::partial;
  deployment.note = "it's \"noted\"; DROP TABLE deployments; --";
  deployment.cancel_requested = true;
  deployment.finished_at = at(5);
  deployment.nodes = {make_full_node("b"), test::make_node("a"), make_full_node("c")};
  create(deployment);
  expect_same(store->find(7).value(), deployment);
  reopen();
  expect_same(store->find(7).value(), deployment);
}

TEST_F(StoreTest, GivesBackEveryState) {
  Deployment deployment = make_deployment(1);
  deployment.nodes.clear();
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<NodeState>>([&](auto entry) {
    deployment.nodes.push_back(test::make_node(entry.name));
    deployment.nodes.back().state = entry.value;
  });
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<Delivery>>([&](auto entry) {
    deployment.nodes.push_back(test::make_node(std::string("delivery ") + entry.name));
    deployment.nodes.back().delivery = entry.value;
  });
  create(deployment);
  expect_same(store->find(1).value(), deployment);
}

TEST_F(StoreTest, KeepsACharacterThatEndsStringsInC) {
  Deployment deployment = make_deployment(1);
  deployment.note = std::string("before\0after", 12);
  deployment.nodes[0].reason = std::string("a\0b", 3);
  create(deployment);
  expect_same(store->find(1).value(), deployment);
}

TEST_F(StoreTest, KeepsATextThatIsLong) {
  Deployment deployment = make_deployment(1);
  deployment.nodes[0].order = std::string(300'000, 'x');
  create(deployment);
  expect_same(store->find(1).value(), deployment);
}

TEST_F(StoreTest, ChangesWhatMayChange) {
  Deployment deployment = make_deployment(1);
  create(deployment);
  deployment.state = DeploymentState::cancelled;
  deployment.cancel_requested = true;
  deployment.finished_at = at(9);
  DeploymentNode changed = make_full_node("web2");
  changed.order_id = deployment.nodes[1].order_id;
  deployment.nodes[1] = changed;
  write({.deployments = {deployment}, .nodes = {{1, changed}}});
  expect_same(store->find(1).value(), deployment);
}

TEST_F(StoreTest, TakesACreationAndItsChangesInOneBatch) {
  Deployment deployment = make_deployment(1);
  Deployment later = deployment;
  later.state = DeploymentState::failed;
  later.nodes[0].state = NodeState::failed;
  write({.created = {deployment}, .deployments = {later}, .nodes = {{1, later.nodes[0]}}});
  expect_same(store->find(1).value(), later);
}

TEST_F(StoreTest, WritesNothingOfABatchThatFails) {
  create(make_deployment(1));
  const auto written =
      store->write({.created = {make_deployment(2), make_deployment(1)}, .events = {make_event(1, 2)}});
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, base::ErrorCode::io);
  EXPECT_TRUE(written.error().message.starts_with("the database slipway.db: ")) << written.error().message;
  EXPECT_FALSE(store->find(2));
  EXPECT_EQ(store->last_event_id(), 0);
  create(make_deployment(2));
  EXPECT_TRUE(store->find(2));
}

TEST_F(StoreTest, ListsTheNewestFirst) {
  for (std::int64_t id = 1; id <= 5; ++id) create(make_deployment(id, id % 2 == 0 ? "even" : "odd"));
  EXPECT_EQ(listed({}, 10, {}), (std::vector<std::int64_t>{5, 4, 3, 2, 1}));
  EXPECT_EQ(listed({}, 2, {}), (std::vector<std::int64_t>{5, 4}));
  EXPECT_EQ(listed({}, 10, 3), (std::vector<std::int64_t>{2, 1}));
  EXPECT_EQ(listed("odd", 10, {}), (std::vector<std::int64_t>{5, 3, 1}));
  EXPECT_EQ(listed("odd", 1, 5), (std::vector<std::int64_t>{3}));
  EXPECT_EQ(listed("none", 10, {}), (std::vector<std::int64_t>{}));
  EXPECT_EQ(store->last_deployment_id(), 5);
  const std::vector<std::pair<std::string, std::int64_t>> last{{"even", 4}, {"odd", 5}};
  EXPECT_EQ(store->last_of_each_app(), last);
}

TEST_F(StoreTest, TakesTheNameOfAnAppLiterally) {
  create(make_deployment(1, "a'b%_:text"));
  EXPECT_EQ(listed("a'b%_:text", 10, {}), std::vector<std::int64_t>{1});
  EXPECT_EQ(listed("' OR '1'='1", 10, {}), std::vector<std::int64_t>{});
}

TEST_F(StoreTest, KnowsWhatIsUnfinished) {
  for (std::int64_t id = 1; id <= 4; ++id) {
    Deployment deployment = make_deployment(id);
    const bool ended = id % 2 == 0;
    if (ended) deployment.state = DeploymentState::succeeded;
    // 1: running; 2: at its end and settled; 3: running, settled; 4: at its end, one order is not settled.
    for (DeploymentNode& node : deployment.nodes)
      node.delivery = id == 1 ? Delivery::unsent : Delivery::settled;
    if (id == 4) deployment.nodes[1].delivery = Delivery::accepted;
    create(deployment);
  }
  std::vector<std::int64_t> ids;
  for (const Deployment& deployment : store->unfinished()) ids.push_back(deployment.id);
  EXPECT_EQ(ids, (std::vector<std::int64_t>{1, 3, 4}));
}

TEST_F(StoreTest, CountsWhatWaitsForItsTurnAsUnfinished) {
  Deployment waiting = make_deployment(1);
  waiting.state = DeploymentState::queued;
  create(waiting);
  Deployment superseded = make_deployment(2);
  superseded.state = DeploymentState::superseded;
  for (DeploymentNode& node : superseded.nodes) node.delivery = Delivery::settled;
  create(superseded);
  ASSERT_EQ(store->unfinished().size(), 1U);
  EXPECT_EQ(store->unfinished()[0].id, 1);
}

TEST_F(StoreTest, KeepsHowADeploymentGoesOn) {
  Deployment deployment = make_deployment(1);
  deployment.by = "ada";
  deployment.retry_of = 9;
  create(deployment);
  deployment.started_at = at(3);
  deployment.prepared = true;
  deployment.undoing = true;
  deployment.stop_reason = "not started: it's over";
  write({.deployments = {deployment}});
  const Deployment found = store->find(1).value();
  EXPECT_EQ(found.by, "ada");
  EXPECT_EQ(found.retry_of, 9);
  EXPECT_EQ(found.started_at, at(3));
  EXPECT_TRUE(found.prepared && found.undoing);
  EXPECT_EQ(found.stop_reason, deployment.stop_reason);
}

TEST_F(StoreTest, RemembersTheOrderThatANewOneReplaced) {
  Deployment deployment = make_deployment(1);
  deployment.nodes[0].delivery = Delivery::settled;
  create(deployment);
  DeploymentNode& node = deployment.nodes[0];
  const std::string old = node.order_id;
  const DeploymentNode before = node;
  node.first_order = old;
  node.order_id = base::make_id();
  node.order = R"({"id":"y"})";
  node.undo = true;
  node.delivery = Delivery::unsent;
  // The old order's last change and the new order may come in one batch.
  write({.nodes = {{1, before}, {1, node}}, .replaced = {{{1, node}, old}}});
  expect_same(store->find(1)->nodes[0], node);
  EXPECT_EQ(store->settled(node.addr, {old, node.order_id}), std::vector{old});
  EXPECT_TRUE(store->settled("127.0.0.1:9", {old}).empty()) << "another agent's";
}

class LeftBehind : public StoreTest {
 protected:
  void ended(std::int64_t id, NodeState one, NodeState two, bool began = true) {
    Deployment deployment = make_deployment(id);
    deployment.revision = std::string(40, static_cast<char>('0' + id));
    deployment.state = DeploymentState::partial;
    if (began) deployment.started_at = at(id);
    deployment.nodes[0].state = one;
    deployment.nodes[1].state = two;
    for (DeploymentNode& node : deployment.nodes) node.delivery = Delivery::settled;
    create(deployment);
  }
};

TEST_F(LeftBehind, IsANodeThatWasAwayTheLastTime) {
  EXPECT_TRUE(store->left_behind("shop").empty());
  ended(1, NodeState::offline, NodeState::offline);
  ended(2, NodeState::succeeded, NodeState::offline);
  EXPECT_EQ(store->left_behind("shop"), std::vector<std::string>{"web2"});
  EXPECT_TRUE(store->left_behind("other").empty());
  ended(3, NodeState::succeeded, NodeState::failed);
  EXPECT_TRUE(store->left_behind("shop").empty()) << "it had its chance";
}

TEST_F(LeftBehind, IsNotTakenFromWhatNeverBegan) {
  ended(1, NodeState::succeeded, NodeState::offline);
  ended(2, NodeState::skipped, NodeState::skipped, false);
  EXPECT_EQ(store->left_behind("shop"), std::vector<std::string>{"web2"});
}

class OutputOfTheStore : public StoreTest {
 protected:
  std::string read(std::uint64_t offset, std::size_t length) {
    return store->read_output("order", offset, length).value();
  }
};

TEST_F(OutputOfTheStore, IsReadFromAnyOffset) {
  write({.output = {{"order", 0, "hello "}, {"order", 6, std::string("w\0rld", 5)}}});
  EXPECT_EQ(read(0, 100), std::string("hello w\0rld", 11));
  EXPECT_EQ(read(4, 3), "o w");
  EXPECT_EQ(read(11, 10), "");
  EXPECT_EQ(read(1'000'000, 10), "");
  EXPECT_EQ(read(0, 0), "");
}

TEST_F(OutputOfTheStore, IsEmptyBeforeAnythingCame) {
  EXPECT_EQ(read(0, 10), "");
}

TEST_F(OutputOfTheStore, IsWrittenAgainWhereItWasNotCommitted) {
  write({.output = {{"order", 0, "abcdef"}}});
  write({.output = {{"order", 3, "DEFGH"}}});
  EXPECT_EQ(read(0, 100), "abcDEFGH");
}

TEST_F(OutputOfTheStore, IsKeptDurably) {
  const auto written =
      store->write({.created = {make_deployment(1)}, .output = {{"order", 0, "x"}}, .durable = true});
  ASSERT_TRUE(written) << written.error().message;
  reopen();
  EXPECT_EQ(read(0, 10), "x");
}

class EventsOfTheStore : public StoreTest {
 protected:
  std::vector<std::int64_t> ids(std::int64_t after, const EventFilter& filter, int limit = 100,
                                std::size_t bytes = 1'000'000) {
    const auto page = store->events(after, filter, limit, bytes);
    std::vector<std::int64_t> found;
    for (const EventPtr& event : page.events) found.push_back(event->id);
    read_up_to = page.read_up_to;
    return found;
  }

  // 1 node, 2 deployment 1, 3 output of 1, 4 deployment 2, 5 output of 2, 6 node, 7 output of 1
  void fill() {
    write({.created = {make_deployment(1), make_deployment(2)},
           .output = {{"one", 0, "first"}, {"two", 0, "other"}, {"one", 5, "second"}},
           .events = {make_event(1, {}), make_event(2, 1, "deployment", R"({"a":"ä"})"),
                      test::make_output(3, 1, "one", 0, "first"), make_event(4, 2, "deployment"),
                      test::make_output(5, 2, "two", 0, "other"), make_event(6, {}),
                      test::make_output(7, 1, "one", 5, "second")}});
  }

  using Ids = std::vector<std::int64_t>;
  std::int64_t read_up_to = 0;
};

TEST_F(EventsOfTheStore, AreAllButOutputForTheWholeFleet) {
  fill();
  EXPECT_EQ(ids(0, {}), (Ids{1, 2, 4, 6}));
  EXPECT_EQ(read_up_to, 7);
  EXPECT_EQ(ids(4, {}), Ids{6});
  EXPECT_EQ(ids(7, {}), Ids{});
}

TEST_F(EventsOfTheStore, AreThoseOfOneDeploymentWithItsOutput) {
  fill();
  EXPECT_EQ(ids(0, {1}), (Ids{2, 3, 7}));
  EXPECT_EQ(ids(3, {1}), Ids{7});
  EXPECT_EQ(ids(0, {2}), (Ids{4, 5}));
  EXPECT_EQ(ids(0, {99}), Ids{});
  EXPECT_EQ(read_up_to, 7);
}

TEST_F(EventsOfTheStore, ComeInPages) {
  fill();
  EXPECT_EQ(ids(0, {1}, 2), (Ids{2, 3}));
  EXPECT_EQ(read_up_to, 3);
  EXPECT_EQ(ids(3, {1}, 2), Ids{7});
  EXPECT_EQ(read_up_to, 7);
}

TEST_F(EventsOfTheStore, ComeInPagesOfBoundedSize) {
  fill();
  EXPECT_EQ(ids(0, {1}, 100, 0), Ids{2});
  EXPECT_EQ(read_up_to, 2);
}

TEST_F(EventsOfTheStore, AreAsTheyWereWritten) {
  fill();
  const auto page = store->events(0, {1}, 100, 1'000'000);
  EXPECT_EQ(page.events[0]->type, "deployment");
  EXPECT_EQ(page.events[0]->deployment, 1);
  EXPECT_EQ(page.events[0]->data, R"({"a":"ä"})");
  EXPECT_FALSE(page.events[0]->output);
  EXPECT_FALSE(store->events(0, {}, 1, 1).events[0]->deployment);
}

TEST_F(EventsOfTheStore, GetTheirTextFromTheOutputFiles) {
  fill();
  const auto page = store->events(0, {1}, 100, 1'000'000);
  EXPECT_EQ(page.events[2]->data, R"({"offset":5,"text":"second"})");
  EXPECT_EQ(page.events[2]->facts, R"({"offset":5})");
  EXPECT_EQ(page.events[2]->output->order_id, "one");
  EXPECT_EQ(page.events[2]->output->offset, 5U);
  EXPECT_EQ(page.events[2]->output->length, 6U);
}

TEST_F(EventsOfTheStore, HaveValidTextWhateverTheBytes) {
  const std::string bytes("\xff\0\x1b[0m ä", 9);
  write({.created = {make_deployment(1)},
         .output = {{"one", 0, bytes}},
         .events = {test::make_output(1, 1, "one", 0, bytes)}});
  const auto page = store->events(0, {1}, 10, 1000);
  const auto data = boost::json::parse(page.events.at(0)->data).as_object();
  EXPECT_EQ(data.at("text").as_string(), boost::json::string_view("\xef\xbf\xbd\0\x1b[0m ä", 11));
  EXPECT_EQ(page.events[0]->data.find('\n'), std::string::npos);
}

class Schema : public testing::Test {
 protected:
  void execute(const std::string& command, int* number = nullptr) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open((dir / "slipway.db").c_str(), &database), SQLITE_OK);
    const auto take = [](void* into, int, char** values, char**) {
      if (into != nullptr) *static_cast<int*>(into) = std::stoi(values[0]);
      return 0;
    };
    EXPECT_EQ(sqlite3_exec(database, command.c_str(), take, number, nullptr), SQLITE_OK);
    sqlite3_close(database);
  }

  int version() {
    int number = 0;
    execute("PRAGMA user_version", &number);
    return number;
  }

  slipway::test::TempDir dir;
};

TEST_F(Schema, IsMadeInAnEmptyDirectoryAndAboveIt) {
  EXPECT_TRUE(Store::open(dir / "a/b"));
  EXPECT_TRUE(std::filesystem::exists(dir / "a/b/slipway.db"));
}

TEST_F(Schema, IsLeftAsItIsWhereItIsUpToDate) {
  (void)open_store(dir.path())->write({.created = {make_deployment(1)}});
  const int before = version();
  EXPECT_GT(before, 0);
  EXPECT_TRUE(open_store(dir.path())->find(1));
  EXPECT_EQ(version(), before);
}

TEST_F(Schema, OfANewerSlipwayIsRefusedAndLeftAlone) {
  (void)open_store(dir.path());
  execute("PRAGMA user_version = 1000");
  const auto store = Store::open(dir.path());
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, base::ErrorCode::conflict);
  EXPECT_NE(store.error().message.find("newer Slipway"), std::string::npos);
  EXPECT_EQ(version(), 1000);
}

TEST_F(Schema, IsNotLookedForInAFileThatIsNoDatabase) {
  ASSERT_TRUE(base::write_file_durably(dir / "slipway.db", std::string(10'000, 'x')));
  const auto store = Store::open(dir.path());
  ASSERT_FALSE(store);
  EXPECT_NE(store.error().message.find("slipway.db"), std::string::npos) << store.error().message;
}

TEST_F(Schema, NeedsADirectory) {
  ASSERT_TRUE(base::write_file_durably(dir / "file", "x"));
  const auto store = Store::open(dir / "file");
  ASSERT_FALSE(store);
  EXPECT_NE(store.error().message.find("file"), std::string::npos);
}

}  // namespace
}  // namespace slipway::server::store
