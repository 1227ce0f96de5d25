#include "server/fleet/fleet.h"

#include <boost/asio/ip/tcp.hpp>

#include "async/on_loop.h"
#include "base/id.h"
#include "base/temp_dir.h"
#include "server/fleet/fake_agent.h"
#include "server/fleet/test_links.h"

namespace slipway::server::fleet {
namespace {

using base::ErrorCode;
using namespace std::chrono_literals;
using server::test::FakeAgent;
using server::test::TestLinks;

class Listener : public OrderListener {
 public:
  void agent_connected(const std::string&) override { ++connected; }
  void agent_gone(const std::string&) override { ++gone; }
  void order_state(const std::string&, const wire::OrderStateMessage& state) override {
    states.push_back(state);
  }
  std::set<std::string> needed_agents() const override { return needed; }
  base::Result<> spool(const std::string&, const wire::Spool&, std::string_view frames) override {
    spooled += frames;
    if (refuse) return base::fail(ErrorCode::invalid, "not wanted");
    return {};
  }

  int connected = 0;
  int gone = 0;
  bool refuse = false;
  std::vector<wire::OrderStateMessage> states;
  std::string spooled;
  std::set<std::string> needed;
};

class FleetTest : public slipway::test::OnLoop {
 public:
  void SetUp() override {
    config.apps = {{.name = "shop", .url = "https://host/shop", .branch = "main"}};
    config.apps[0].nodes = {
        {.alias = "web1", .addr = agent.address(), .plaintext = true, .path = "/srv/shop"}};
  }

  void TearDown() override {
    if (fleet) wait_for(fleet->stop());
    fleet.reset();
    wait_for(agent.stop());
    OnLoop::TearDown();
  }

  void start() {
    current.emplace(config);
    if (!database) database.emplace(std::move(*store::Store::open(dir.path())));
    links.emplace(*current, *database);
    fleet.emplace(executor, *current, links->credentials(instance), base::make_null_logger());
    fleet->compare_with(ledger);
    fleet->start(listener,
                 [this](const std::string& app, const NodeView& node) { told.emplace_back(app, node); });
  }

  void reload() {
    current->replace(config);
    fleet->config_changed();
  }

  void start_and_meet() {
    start();
    run_until([&] { return fleet->online(addr()) && view().revision; });
  }

  // A deployment that brought web1 to a revision, as the engine tells of it: at work, then ended.
  void deploy(const std::string& revision, std::int64_t id = 4) {
    deployment.id = id;
    deployment.app = "shop";
    deployment.revision = revision;
    deployment.nodes = {{.alias = "web1"}};
    begin_order();
    end_order(store::NodeState::succeeded);
    deployment.state = store::DeploymentState::succeeded;
    ledger.take(deployment, rows);
  }

  void begin_order() {
    deployment.nodes[0].state = store::NodeState::running;
    deployment.nodes[0].delivery = store::Delivery::accepted;
    ledger.take(deployment, deployment.nodes[0], rows);
  }

  void end_order(store::NodeState state) {
    deployment.nodes[0].state = state;
    deployment.nodes[0].delivery = store::Delivery::settled;
    deployment.nodes[0].revision_after = deployment.revision;
    ledger.take(deployment, deployment.nodes[0], rows);
    fleet->refresh("shop", "web1", addr(), deployment.revision);
  }

  // Reads the node now: the agent is asked whenever it connects.
  void look_again() {
    const std::size_t before = agent.queries.size();
    agent.cut();
    run_until([&] { return agent.queries.size() > before; });
    const base::Result<wire::Answer> after = ask({.kind = wire::QueryKind::resolve});
    ASSERT_TRUE(after) << after.error().message;
    run_ready();
  }

  std::string addr() const { return agent.address().text(); }
  NodeView view() const { return fleet->view(config.apps[0], config.apps[0].nodes[0]); }

  base::Result<wire::Answer> ask(wire::Query query, base::Millis limit = 30s) {
    return wait_for(fleet->ask(addr(), std::move(query), limit));
  }

  void wait_for_reason(std::string_view part) {
    run_until([&] { return fleet->offline_reason(addr()).value_or("").find(part) != std::string::npos; });
  }

  FakeAgent agent{executor};
  config::Config config;
  slipway::test::TempDir dir;
  std::optional<store::Database> database;
  std::optional<config::Current> current;
  std::optional<TestLinks> links;
  const std::string instance = base::make_id();
  Listener listener;
  std::vector<std::pair<std::string, NodeView>> told;
  store::Ledger ledger;
  store::LedgerRows rows;
  store::Deployment deployment;
  std::optional<Fleet> fleet;
};

TEST_F(FleetTest, MeetsItsAgent) {
  start_and_meet();
  EXPECT_EQ(listener.connected, 1);
  EXPECT_EQ(agent.hellos.at(0).role, "server");
  EXPECT_EQ(agent.hellos.at(0).instance, instance);
  EXPECT_FALSE(fleet->offline_since(addr()));
  EXPECT_FALSE(fleet->offline_reason(addr()));
}

TEST_F(FleetTest, KnowsWhatANodeIsLike) {
  start_and_meet();
  const NodeView node = view();
  EXPECT_EQ(node.alias, "web1");
  EXPECT_EQ(node.path, "/srv/shop");
  EXPECT_TRUE(node.online);
  EXPECT_EQ(node.revision, "standing");
  EXPECT_EQ(node.agent_version, "9.9");
  EXPECT_EQ(node.os, "FakeOS");
  EXPECT_TRUE(node.last_seen);
  EXPECT_EQ(agent.queries.at(0).target.path, "/srv/shop");
  EXPECT_EQ(agent.queries.at(0).target.branch, "main");
}

TEST_F(FleetTest, TellsOfANodeOnlyWhenItChanged) {
  start_and_meet();
  run_ready();
  const std::size_t before = told.size();
  const std::size_t asked = agent.queries.size();
  fleet->refresh("shop", "web1", addr(), std::nullopt);
  run_until([&] { return agent.queries.size() > asked; });
  ASSERT_TRUE(ask({.kind = wire::QueryKind::resolve}));
  EXPECT_EQ(told.size(), before);
  agent.standing = "elsewhere";
  fleet->refresh("shop", "web1", addr(), std::nullopt);
  run_until([&] { return told.size() > before; });
  EXPECT_EQ(told.back().second.revision, "elsewhere");
}

TEST_F(FleetTest, TellsAtOnceThatANodeDrifted) {
  start_and_meet();
  deploy("standing");
  look_again();
  EXPECT_EQ(view().drift, std::nullopt);
  agent.standing = "elsewhere";
  agent.modified = {"a", "b"};
  look_again();
  ASSERT_TRUE(view().drift);
  EXPECT_EQ(view().drift->expected, "standing");
  EXPECT_EQ(view().drift->revision, "elsewhere");
  EXPECT_EQ(view().drift->reasons, (std::vector{DriftReason::revision, DriftReason::modified}));
  EXPECT_EQ(told.back().second.drift, view().drift);
  EXPECT_EQ(view().modified_total, 2U);
  EXPECT_TRUE(view().modified_at);
}

TEST_F(FleetTest, SaysOfNoNodeThatItDriftedBeforeItIsReadAfterItsOrder) {
  agent.modified = {"dropped by the order"};
  start_and_meet();
  deploy("after");
  for (const auto& [app, node] : told) EXPECT_EQ(node.drift, std::nullopt);
  agent.standing = "after";
  agent.modified.clear();
  look_again();
  for (const auto& [app, node] : told) EXPECT_EQ(node.drift, std::nullopt);
  EXPECT_EQ(view().revision, "after");
}

TEST_F(FleetTest, DoesNotSayThatANodeDriftedWhileAnOrderIsAtWorkOnIt) {
  start_and_meet();
  deploy("standing");
  begin_order();
  agent.standing = "half way";
  look_again();
  EXPECT_EQ(view().revision, "half way");
  EXPECT_EQ(view().drift, std::nullopt);
}

TEST_F(FleetTest, KeepsWhatItKnewOfANodeThatWentAway) {
  start_and_meet();
  deploy("other");
  look_again();
  ASSERT_TRUE(view().drift);
  wait_for(agent.stop());
  run_until([&] { return !fleet->online(addr()); });
  EXPECT_FALSE(view().online);
  EXPECT_TRUE(view().drift);
}

TEST_F(FleetTest, TellsAtOnceThatANodeIsBehind) {
  config.apps[0].nodes.push_back(
      {.alias = "web2", .addr = agent.address(), .plaintext = true, .path = "/srv/other"});
  start_and_meet();
  EXPECT_FALSE(view().behind);
  told.clear();
  deploy("standing");
  EXPECT_FALSE(view().behind);
  const auto of_second = std::ranges::find(told, "web2", [](const auto& one) { return one.second.alias; });
  ASSERT_NE(of_second, told.end());
  EXPECT_TRUE(of_second->second.behind);
}

TEST_F(FleetTest, KnowsNoModifiedFilesWhereTheAgentHasNotLookedYet) {
  agent.looked_at.reset();
  start_and_meet();
  EXPECT_EQ(view().modified, std::nullopt);
  EXPECT_EQ(view().modified_total, std::nullopt);
}

TEST_F(FleetTest, AsksAnAgentOfManyNodesAFewAtATime) {
  for (int number = 2; number <= 30; ++number)
    config.apps[0].nodes.push_back({.alias = fmt::format("web{}", number),
                                    .addr = agent.address(),
                                    .plaintext = true,
                                    .path = "/srv/other"});
  agent.answers_queries = false;
  start();
  run_until([&] { return agent.queries.size() == 4; });
  run_ready();
  EXPECT_EQ(agent.queries.size(), 4U);
  agent.answers_queries = true;
  agent.cut();
  run_until([&] {
    return std::ranges::all_of(config.apps[0].nodes, [&](const config::Node& node) {
      return fleet->view(config.apps[0], node).revision.has_value();
    });
  });
}

TEST_F(FleetTest, DialsAnAddressOnceThoughManyNodesShareIt) {
  config.apps[0].nodes.push_back(
      {.alias = "web2", .addr = agent.address(), .plaintext = true, .path = "/srv/other"});
  start_and_meet();
  EXPECT_EQ(agent.hellos.size(), 1U);
}

TEST_F(FleetTest, SaysWhyANodeIsOffline) {
  wait_for(agent.stop());
  start();
  wait_for_reason("Connection refused");
  EXPECT_FALSE(view().online);
  EXPECT_EQ(view().reason, fmt::format("cannot connect to {}: Connection refused", addr()));
  EXPECT_TRUE(fleet->offline_since(addr()));
}

TEST_F(FleetTest, FindsAnAgentThatComesLater) {
  wait_for(agent.stop());
  start();
  wait_for_reason("Connection refused");
  agent.start();
  run_until([&] { return fleet->online(addr()); });
}

TEST_F(FleetTest, MeetsItsAgentAgainAfterABreak) {
  start_and_meet();
  agent.cut();
  run_until([&] { return listener.gone == 1; });
  EXPECT_FALSE(fleet->online(addr()));
  run_until([&] { return listener.connected == 2; });
  EXPECT_EQ(agent.hellos.size(), 2U);
}

TEST_F(FleetTest, RefusesAnAgentOfAnotherProtocol) {
  agent.hello.protocol = 2;
  start();
  wait_for_reason("the agent (9.9) speaks protocol 2, this server speaks 1: upgrade the older one");
  EXPECT_FALSE(fleet->online(addr()));
  EXPECT_EQ(listener.connected, 0);
}

TEST_F(FleetTest, RefusesWhatIsNoAgent) {
  agent.hello.role = "server";
  start();
  wait_for_reason("the other side is not a Slipway agent");
}

TEST_F(FleetTest, AsksAndIsAnswered) {
  start_and_meet();
  const auto answer = ask({.kind = wire::QueryKind::resolve, .revision = "v1"});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->revision, "v1");
}

TEST_F(FleetTest, GivesAnErrorOfTheAgentToWhoAsked) {
  agent.query_error = wire::ErrorMessage{.code = "not_found", .message = "no such revision"};
  start_and_meet();
  const auto answer = ask({.kind = wire::QueryKind::resolve});
  EXPECT_EQ(answer.error().code, ErrorCode::not_found);
  EXPECT_EQ(answer.error().message, "no such revision");
}

TEST_F(FleetTest, TakesACodeItDoesNotKnowForAFailureOfTheSystem) {
  agent.query_error = wire::ErrorMessage{.code = "new_code", .message = "odd"};
  start_and_meet();
  EXPECT_EQ(ask({.kind = wire::QueryKind::resolve}).error().code, ErrorCode::io);
}

TEST_F(FleetTest, GivesUpAQuestionThatIsNotAnswered) {
  start_and_meet();
  agent.answers_queries = false;
  const auto answer = ask({.kind = wire::QueryKind::log}, 5ms);
  EXPECT_EQ(answer.error().code, ErrorCode::timeout);
  EXPECT_EQ(answer.error().message, fmt::format("the agent {} did not answer within 5ms", addr()));
}

TEST_F(FleetTest, EndsAQuestionWhenTheAgentGoesAway) {
  start_and_meet();
  agent.answers_queries = false;
  std::optional<base::Result<wire::Answer>> answer;
  async::TaskGroup tasks(executor);
  tasks.spawn([](FleetTest* test, std::optional<base::Result<wire::Answer>>& into) -> asio::awaitable<void> {
    into = co_await test->fleet->ask(test->addr(), {.kind = wire::QueryKind::log}, 1h);
  }(this, answer));
  const std::size_t asked = agent.queries.size();
  run_until([&] { return agent.queries.size() > asked; });
  agent.cut();
  wait_for(tasks.join());
  EXPECT_EQ(answer->error().code, ErrorCode::unavailable);
}

TEST_F(FleetTest, DoesNotAskWhoIsOffline) {
  wait_for(agent.stop());
  start();
  EXPECT_EQ(ask({.kind = wire::QueryKind::log}).error().code, ErrorCode::unavailable);
  EXPECT_EQ(wait_for(fleet->ask("127.0.0.1:1", {}, 1s)).error().message, "there is no agent at 127.0.0.1:1");
}

TEST_F(FleetTest, PassesOnWhatAnAgentSaysOfOrders) {
  start_and_meet();
  agent.send(wire::OrderStateMessage{.id = "x", .state = wire::OrderState::finished, .spool_length = 7});
  agent.send(wire::Spool{"x", 0}, std::string("bytes\0", 6));
  run_until([&] { return !listener.spooled.empty(); });
  EXPECT_EQ(listener.states.at(0).spool_length, 7U);
  EXPECT_EQ(listener.spooled, std::string("bytes\0", 6));
}

TEST_F(FleetTest, ClosesTheLinkWhereASpoolIsRefused) {
  start_and_meet();
  listener.refuse = true;
  agent.send(wire::Spool{"x", 0}, "bytes");
  wait_for_reason("not wanted");
  EXPECT_EQ(listener.gone, 1);
}

TEST_F(FleetTest, AnswersAMessageOfALaterVersion) {
  start_and_meet();
  agent.send_frame(wire::encode_json({{"type", "teleport"}, {"id", "t1"}}, {}));
  run_until([&] { return !agent.errors.empty(); });
  EXPECT_EQ(agent.errors[0].code, "unknown_message");
  EXPECT_EQ(agent.errors[0].re, "t1");
  EXPECT_TRUE(fleet->online(addr()));
}

TEST_F(FleetTest, ClosesTheLinkOnAMessageThatAgentsDoNotSend) {
  start_and_meet();
  agent.send(wire::Cancel{"x", "y"});
  wait_for_reason("the agent sent a message that agents do not send");
}

TEST_F(FleetTest, ClosesTheLinkOnAMessageThatIsNone) {
  start_and_meet();
  agent.send_frame(wire::encode_frame(wire::FrameType::data, R"({"type":"answer"})"));
  wait_for_reason("message \"answer\": \"id\" is missing");
}

TEST_F(FleetTest, StopsWhileItDialsAndWhileItTalks) {
  start_and_meet();
  wait_for(fleet->stop());
  run_until([&] { return !agent.link_ends.empty(); });
  EXPECT_EQ(agent.link_ends[0], "the other side closed the link");
}

TEST_F(FleetTest, DialsANodeThatAReloadBrings) {
  FakeAgent other{executor};
  start_and_meet();
  config.apps[0].nodes.push_back(
      {.alias = "web2", .addr = other.address(), .plaintext = true, .path = "/srv/shop"});
  reload();
  run_until([&] { return fleet->online(other.address().text()); });
  EXPECT_EQ(agent.hellos.size(), 1U);
  wait_for(other.stop());
}

TEST_F(FleetTest, KeepsWhatItKnowsOfANodeThatAReloadLeavesAsItWas) {
  start_and_meet();
  config.apps[0].nodes[0].after_deploy = {"true"};
  config.apps.push_back({.name = "blog"});
  reload();
  EXPECT_EQ(view().revision, "standing");
  EXPECT_EQ(listener.gone, 0);
}

TEST_F(FleetTest, ReadsANodeAnewWhosePathWasChanged) {
  start_and_meet();
  config.apps[0].nodes[0].path = "/srv/elsewhere";
  agent.standing = "elsewhere";
  reload();
  EXPECT_EQ(view().revision, std::nullopt);
  run_until([&] { return view().revision == "elsewhere"; });
  EXPECT_EQ(agent.queries.back().target.path, "/srv/elsewhere");
}

TEST_F(FleetTest, LetsAnAgentGoThatNoNodeIsAtAnyMore) {
  start_and_meet();
  const std::string before = addr();
  config.apps[0].nodes.clear();
  reload();
  run_until([&] { return !agent.link_ends.empty(); });
  EXPECT_EQ(listener.gone, 1);
  EXPECT_EQ(fleet->offline_reason(before), "the node is no longer configured");
}

TEST_F(FleetTest, KeepsAnAgentAsLongAsItIsNeeded) {
  start_and_meet();
  const std::string before = addr();
  listener.needed = {before};
  config.apps[0].nodes.clear();
  reload();
  EXPECT_TRUE(wait_for(fleet->ask(before, {.kind = wire::QueryKind::resolve}, 10s)));
  EXPECT_TRUE(fleet->online(before));
  listener.needed.clear();
  run_until([&] { return !fleet->online(before); });
}

TEST_F(FleetTest, DialsAnAgentThatIsNeededThoughNoNodeIsThere) {
  const std::string before = addr();
  config.apps[0].nodes.clear();
  listener.needed = {before};
  start();
  run_until([&] { return fleet->online(before); });
}

TEST_F(FleetTest, EndsAQuestionToAnAgentThatItLetsGo) {
  start_and_meet();
  agent.answers_queries = false;
  std::optional<base::Result<wire::Answer>> answer;
  async::TaskGroup tasks(executor);
  tasks.spawn([](FleetTest* test, std::optional<base::Result<wire::Answer>>& into) -> asio::awaitable<void> {
    into = co_await test->fleet->ask(test->addr(), {.kind = wire::QueryKind::log}, 1h);
  }(this, answer));
  const std::size_t asked = agent.queries.size();
  run_until([&] { return agent.queries.size() > asked; });
  config.apps[0].nodes.clear();
  reload();
  wait_for(tasks.join());
  EXPECT_EQ(answer->error().message, "the agent went away: the node is no longer configured");
}

TEST_F(FleetTest, SaysThatANodeIsNoLongerConfigured) {
  start();
  EXPECT_EQ(fleet->offline_reason("127.0.0.1:1"), "the node is no longer configured");
  EXPECT_FALSE(fleet->online("127.0.0.1:1"));
}

}  // namespace
}  // namespace slipway::server::fleet
