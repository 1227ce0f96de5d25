#include "server/store/journal.h"

#include <boost/json.hpp>
#include <filesystem>

#include "async/on_loop.h"
#include "server/store/fixture.h"

namespace slipway::server::store {
namespace {

class JournalTest : public slipway::test::OnLoop {
 protected:
  void SetUp() override {
    database.emplace(test::open_store(dir.path()));
    log.emplace(executor, *database, 0);
    journal.emplace(executor, *database, *log, base::make_null_logger(),
                    [this](base::Error error) { failures.push_back(std::move(error)); });
    journal->start();
  }

  void TearDown() override {
    wait_for(journal->stop());
    journal.reset();
    log.reset();
    database.reset();
    OnLoop::TearDown();
  }

  template <class Function>
  auto ask(Function function) {
    return wait_for(database->run(std::move(function)));
  }

  void commit() { wait_for(journal->committed()); }

  std::vector<EventPtr> events(EventFilter filter = {}) { return wait_for(log->read(0, filter)).events; }

  std::vector<std::string> types(EventFilter filter = {}) {
    std::vector<std::string> found;
    for (const EventPtr& event : events(filter)) found.push_back(event->type);
    return found;
  }

  void output(std::string_view step, std::string_view stream, std::string_view bytes) {
    journal->output(deployment, node(), step, stream, node().output_bytes, bytes);
    node().output_bytes += bytes.size();
  }

  DeploymentNode& node() { return deployment.nodes[0]; }

  // The text, step and stream of each output event.
  std::vector<std::string> outputs() {
    std::vector<std::string> found;
    for (const EventPtr& event : events({deployment.id})) {
      if (event->type != "output") continue;
      const auto data = boost::json::parse(event->data).as_object();
      found.push_back(fmt::format("{} {} {} {}", data.at("step").as_string().c_str(),
                                  data.at("stream").as_string().c_str(), data.at("offset").to_number<int>(),
                                  data.at("text").as_string().c_str()));
    }
    return found;
  }

  using Texts = std::vector<std::string>;

  slipway::test::TempDir dir;
  std::optional<Database> database;
  std::optional<EventLog> log;
  std::optional<Journal> journal;
  std::vector<base::Error> failures;
  Deployment deployment = test::make_deployment(1);
};

TEST_F(JournalTest, StoresADeploymentAndTellsOfItAndItsNodes) {
  journal->created(deployment);
  commit();
  test::expect_same(ask([](Store& store) { return store.find(1); }).value(), deployment);
  EXPECT_EQ(types(), (Texts{"deployment", "deployment_node", "deployment_node"}));
  EXPECT_EQ(log->last_id(), 3);
}

TEST_F(JournalTest, StoresOnlyTheLastOfManyChanges) {
  journal->created(deployment);
  for (int i = 1; i <= 100; ++i) {
    node().spool_offset = static_cast<std::uint64_t>(i);
    journal->changed(deployment, node(), false);
  }
  commit();
  EXPECT_EQ(ask([](Store& store) { return store.find(1); })->nodes[0].spool_offset, 100U);
  EXPECT_EQ(types().size(), 3U);
}

TEST_F(JournalTest, TellsEachChangeThatIsToBeTold) {
  journal->created(deployment);
  commit();
  node().state = NodeState::running;
  journal->changed(deployment, node(), true);
  deployment.state = DeploymentState::failed;
  journal->changed(deployment);
  commit();
  const auto told = events();
  ASSERT_EQ(told.size(), 5U);
  EXPECT_NE(told[3]->data.find(R"("state":"running")"), std::string::npos);
  EXPECT_NE(told[4]->data.find(R"("state":"failed")"), std::string::npos);
  EXPECT_EQ(ask([](Store& store) { return store.find(1); })->state, DeploymentState::failed);
}

TEST_F(JournalTest, JoinsOutputOfTheSameStepAndStream) {
  journal->created(deployment);
  for (const char* piece : {"one ", "two ", "three"}) output("fetch", "stdout", piece);
  commit();
  EXPECT_EQ(outputs(), Texts{"fetch stdout 0 one two three"});
}

TEST_F(JournalTest, SplitsOutputWhereStepOrStreamChanges) {
  journal->created(deployment);
  output("fetch", "stdout", "a");
  output("fetch", "stderr", "b");
  output("switch", "stderr", "c");
  output("switch", "stderr", "d");
  commit();
  EXPECT_EQ(outputs(), (Texts{"fetch stdout 0 a", "fetch stderr 1 b", "switch stderr 2 cd"}));
}

TEST_F(JournalTest, SplitsOutputOfTwoNodes) {
  journal->created(deployment);
  journal->output(deployment, deployment.nodes[0], "fetch", "stdout", 0, "a");
  journal->output(deployment, deployment.nodes[1], "fetch", "stdout", 0, "b");
  journal->output(deployment, deployment.nodes[0], "fetch", "stdout", 1, "c");
  commit();
  EXPECT_EQ(outputs(), (Texts{"fetch stdout 0 a", "fetch stdout 0 b", "fetch stdout 1 c"}));
}

TEST_F(JournalTest, KeepsAnOutputEventSmall) {
  journal->created(deployment);
  for (int i = 0; i < 10; ++i) output("fetch", "stdout", std::string(20'000, static_cast<char>('a' + i)));
  commit();
  std::uint64_t next = 0;
  for (const EventPtr& event : events({1})) {
    if (!event->output) continue;
    EXPECT_EQ(event->output->offset, next);
    EXPECT_LE(event->output->length, 32'768U);
    next += event->output->length;
  }
  EXPECT_EQ(next, 200'000U);
}

TEST_F(JournalTest, TellsOutputBeforeTheStateThatFollowedIt) {
  journal->created(deployment);
  output("fetch", "stdout", "the last words");
  node().state = NodeState::failed;
  journal->changed(deployment, node(), true);
  output("fetch", "stdout", "an echo");
  journal->node("{}");
  commit();
  EXPECT_EQ(types({1}), (Texts{"deployment", "deployment_node", "deployment_node", "output",
                               "deployment_node", "output"}));
}

TEST_F(JournalTest, WritesOutputWithItsEvent) {
  journal->created(deployment);
  output("fetch", "stdout", "abc\n");
  output("fetch", "stderr", "def\n");
  commit();
  const std::string order = node().order_id;
  EXPECT_EQ(ask([order](Store& store) { return store.read_output(order, 0, 100); }), "abc\ndef\n");
}

TEST_F(JournalTest, NumbersEventsWithoutGaps) {
  journal->created(deployment);
  output("fetch", "stdout", "x");
  journal->node("{}");
  journal->changed(deployment, node(), true);
  commit();
  const auto all = ask([](Store& store) { return store.last_event_id(); });
  EXPECT_EQ(all, 6);
  std::int64_t id = 0;
  for (const EventPtr& event : events({1})) {
    EXPECT_GT(event->id, id);
    id = event->id;
  }
}

TEST_F(JournalTest, GoesOnCountingAfterARestart) {
  journal->created(deployment);
  commit();
  wait_for(journal->stop());
  const auto last = ask([](Store& store) { return store.last_event_id(); });
  log.emplace(executor, *database, last);
  journal.emplace(executor, *database, *log, base::make_null_logger(), [](base::Error) {});
  journal->start();
  journal->node("{}");
  commit();
  EXPECT_EQ(log->last_id(), last + 1);
}

TEST_F(JournalTest, PublishesOnlyWhatIsCommitted) {
  journal->node("{}");
  EXPECT_EQ(log->last_id(), 0);
  commit();
  EXPECT_EQ(log->last_id(), 1);
}

TEST_F(JournalTest, CallsBackInOrderWhenEverythingIsCommitted) {
  std::string order;
  journal->created(deployment);
  journal->when_committed([&] { order += std::to_string(log->last_id()) + "a"; });
  journal->node("{}");
  journal->when_committed([&] { order += "b"; });
  commit();
  EXPECT_EQ(order, "4ab");
}

TEST_F(JournalTest, MayBeAddedToByWhatItCalls) {
  int depth = 0;
  std::function<void()> again = [&] {
    if (++depth >= 3) return;
    journal->node("{}");
    journal->when_committed(again);
  };
  journal->when_committed(again);
  run_until([&] { return depth == 3; });
  EXPECT_EQ(log->last_id(), 2);
}

TEST_F(JournalTest, CommitsNothingWhereThereIsNothing) {
  commit();
}

TEST_F(JournalTest, TakesADurableChangeAndAnOrdinaryOneAfterIt) {
  journal->created(deployment);
  journal->make_durable();
  output("fetch", "stdout", "x");
  commit();
  journal->node("{}");
  commit();
  EXPECT_TRUE(failures.empty());
  EXPECT_EQ(log->last_id(), 5);
}

TEST_F(JournalTest, StopWritesWhatIsWaiting) {
  journal->created(deployment);
  output("fetch", "stdout", "the end");
  bool told = false;
  journal->when_committed([&] { told = true; });
  wait_for(journal->stop());
  EXPECT_TRUE(told);
  EXPECT_EQ(outputs(), Texts{"fetch stdout 0 the end"});
}

TEST_F(JournalTest, SaysThatItCannotWriteAndWritesNothingMore) {
  journal->created(deployment);
  commit();
  bool told = false;
  journal->created(deployment);  // the same id again: the database refuses it
  journal->when_committed([&] { told = true; });
  run_until([&] { return !failures.empty(); });
  EXPECT_NE(failures[0].message.find("slipway.db"), std::string::npos);
  journal->node("{}");
  run_ready();
  EXPECT_FALSE(told);
  EXPECT_EQ(failures.size(), 1U);
  EXPECT_EQ(log->last_id(), 3);
}

TEST_F(JournalTest, FailsWhereTheOutputCannotBeWritten) {
  journal->created(deployment);
  commit();
  std::filesystem::create_directory(dir.path() / "output" / node().order_id);
  output("fetch", "stdout", "x");
  run_until([&] { return !failures.empty(); });
  EXPECT_EQ(failures[0].code, base::ErrorCode::io);
}

TEST(JournalJson, ShowsAllThatIsKnownAndNullForWhatIsNot) {
  Deployment deployment = test::make_deployment(3);
  deployment.nodes = {test::make_full_node("a"), test::make_node("b")};
  const auto json = to_json(deployment);
  EXPECT_EQ(json.at("id").as_int64(), 3);
  EXPECT_EQ(json.at("state").as_string(), "running");
  EXPECT_TRUE(json.at("finished_at").is_null());
  EXPECT_TRUE(json.at("requested_revision").is_null());
  const auto& full = json.at("nodes").as_array()[0].as_object();
  EXPECT_EQ(full.at("state").as_string(), "interrupted");
  EXPECT_EQ(full.at("steps").as_array()[1].as_object().at("exit_code").to_number<int>(), 137);
  EXPECT_EQ(full.at("finished_at").as_string(), "2026-11-23T08:00:00.002Z");
  const auto& empty = json.at("nodes").as_array()[1].as_object();
  for (const char* name :
       {"step", "exit_code", "reason", "revision_before", "revision_after", "started_at", "finished_at"}) {
    EXPECT_TRUE(empty.at(name).is_null()) << name;
  }
  EXPECT_FALSE(full.contains("order_id")) << "not for people";
}

}  // namespace
}  // namespace slipway::server::store
