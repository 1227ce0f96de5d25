// Whom the fleet believes to be an agent, with real keys, real TLS and a real database.
#include <gmock/gmock.h>

#include "async/on_loop.h"
#include "base/id.h"
#include "base/temp_dir.h"
#include "server/fleet/fake_agent.h"
#include "server/fleet/fleet.h"
#include "server/fleet/test_links.h"
#include "server/store/watcher.h"

namespace slipway::server::fleet {
namespace {

using base::ErrorCode;
using server::test::FakeAgent;
using server::test::TestLinks;
using testing::AllOf;
using testing::HasSubstr;
using namespace std::chrono_literals;

class Nobody : public OrderListener {
 public:
  void agent_connected(const std::string&) override {}
  void agent_gone(const std::string&) override {}
  void order_state(const std::string&, const wire::OrderStateMessage&) override {}
  base::Result<> spool(const std::string&, const wire::Spool&, std::string_view) override { return {}; }
  std::set<std::string> needed_agents() const override { return {}; }
};

class TrustTest : public slipway::test::OnLoop {
 protected:
  void SetUp() override {
    config.apps = {{.name = "shop", .url = "https://host/shop", .branch = "main"}};
    config.apps[0].nodes = {{.alias = "web1", .addr = agent.address(), .path = "/srv/shop"}};
    show_key(first);
  }

  void TearDown() override {
    stop();
    wait_for(agent.stop());
    OnLoop::TearDown();
  }

  void show_key(const net::Identity& identity) { agent.tls = net::Tls::make(identity).value(); }

  void start() {
    database.emplace(std::move(*store::Store::open(dir.path())));
    current.emplace(config);
    links.emplace(*current, *database);
    wait_for(links->keys.load());
    fleet.emplace(executor, *current, links->credentials(base::make_id()), base::make_null_logger());
    fleet->start(nobody, [](const std::string&, const NodeView&) {});
    watcher.emplace(executor, *database, base::make_null_logger());
    watcher->on_change([this] { return links->keys.load(); });
    watcher->start();
  }

  void stop() {
    if (watcher) wait_for(watcher->stop());
    if (fleet) wait_for(fleet->stop());
    watcher.reset();
    fleet.reset();
    links.reset();
    database.reset();
  }

  void reload() {
    current->replace(config);
    fleet->config_changed();
  }

  config::Node& node() { return config.apps[0].nodes[0]; }
  std::string addr() const { return agent.address().text(); }
  TrustState trust() { return fleet->view(config.apps[0], node()).trust; }
  std::string reason() const { return fleet->offline_reason(addr()).value_or(""); }
  store::AgentKey known() const { return fleet->agent(addr()).value().key; }
  void wait_online() {
    run_until([&] { return fleet->online(addr()); });
  }
  void wait_refused() {
    run_until([&] { return known().offered && !fleet->online(addr()) && reason().contains("SHA256:"); });
  }
  void come_back_with(const net::Identity& identity) {
    show_key(identity);
    agent.cut();
  }

  FakeAgent agent{executor};
  net::Identity first = net::make_identity().value();
  net::Identity second = net::make_identity().value();
  config::Config config;
  slipway::test::TempDir dir;
  std::optional<store::Database> database;
  std::optional<config::Current> current;
  std::optional<TestLinks> links;
  Nobody nobody;
  std::optional<Fleet> fleet;
  std::optional<store::Watcher> watcher;
};

TEST_F(TrustTest, RemembersTheKeyOfTheFirstContactAsUnconfirmed) {
  start();
  wait_online();
  EXPECT_EQ(trust(), TrustState::unconfirmed);
  EXPECT_EQ(known().key, first.fingerprint());
  stop();
  start();
  EXPECT_EQ(trust(), TrustState::unconfirmed);
  wait_online();
}

TEST_F(TrustTest, RefusesAKeyThatChangedUntilAPersonAcceptsIt) {
  start();
  wait_online();
  come_back_with(second);
  wait_refused();
  EXPECT_EQ(trust(), TrustState::changed);
  EXPECT_EQ(known().offered, second.fingerprint());
  EXPECT_THAT(reason(), AllOf(HasSubstr(first.fingerprint().text()), HasSubstr(second.fingerprint().text()),
                              HasSubstr("slipway-server trust -c server.json " + addr() + " --accept ")));
  EXPECT_EQ(agent.hellos.size(), 1U) << "the stranger was told something";
  ASSERT_TRUE(wait_for(fleet->trust(addr(), second.fingerprint(), "a test")));
  wait_online();
  EXPECT_EQ(trust(), TrustState::confirmed);
  EXPECT_EQ(known().confirmed_by, "a test");
  EXPECT_FALSE(known().offered);
}

TEST_F(TrustTest, ForgetsTheOfferWhenTheRightKeyIsBack) {
  start();
  wait_online();
  come_back_with(second);
  wait_refused();
  show_key(first);
  wait_online();
  EXPECT_EQ(trust(), TrustState::unconfirmed);
  EXPECT_FALSE(known().offered);
}

TEST_F(TrustTest, AcceptsOnlyAKeyThatWasShown) {
  start();
  wait_online();
  const auto accepted = wait_for(fleet->trust(addr(), second.fingerprint(), "a test"));
  ASSERT_FALSE(accepted);
  EXPECT_EQ(accepted.error().code, ErrorCode::conflict);
  EXPECT_THAT(accepted.error().message, HasSubstr("has not shown the key " + second.fingerprint().text()));
  EXPECT_EQ(trust(), TrustState::unconfirmed);
}

TEST_F(TrustTest, TakesThePersonsWordBeforeTheFirstContact) {
  agent.tls = net::Tls::make(second).value();
  node().fingerprint.reset();
  wait_for(agent.stop());
  start();
  ASSERT_TRUE(wait_for(fleet->trust(addr(), first.fingerprint(), "a test")));
  EXPECT_EQ(trust(), TrustState::confirmed);
  agent.start();
  wait_refused();
  EXPECT_TRUE(agent.hellos.empty());
}

TEST_F(TrustTest, BelievesThePinnedKeyAlone) {
  node().fingerprint = first.fingerprint();
  start();
  wait_online();
  EXPECT_EQ(trust(), TrustState::pinned);
  come_back_with(second);
  wait_refused();
  EXPECT_EQ(trust(), TrustState::changed);
  EXPECT_THAT(reason(), AllOf(HasSubstr("server.json has the \"fingerprint\" " + first.fingerprint().text()),
                              HasSubstr(second.fingerprint().text())));
  const auto accepted = wait_for(fleet->trust(addr(), second.fingerprint(), "a test"));
  ASSERT_FALSE(accepted);
  EXPECT_THAT(accepted.error().message, HasSubstr("is pinned by \"fingerprint\" in server.json"));
}

TEST_F(TrustTest, LetsGoOfAnAgentWhoseKeyIsNoLongerTheRightOne) {
  start();
  wait_online();
  node().fingerprint = second.fingerprint();
  reload();
  run_until([&] { return !fleet->online(addr()); });
  wait_refused();
  show_key(second);
  wait_online();
  EXPECT_EQ(trust(), TrustState::pinned);
}

TEST_F(TrustTest, TakesUpWhatAnotherProgramAccepted) {
  start();
  wait_online();
  come_back_with(second);
  wait_refused();
  {
    const auto beside = store::Store::open_beside(dir.path());
    ASSERT_TRUE(beside) << beside.error().message;
    ASSERT_TRUE((*beside)->accept_key(addr(), second.fingerprint(), "a person on the command line"));
  }
  wait_online();
  EXPECT_EQ(trust(), TrustState::confirmed);
}

TEST_F(TrustTest, SaysWhatToDoWhenTheAgentDoesNotTrustTheServer) {
  agent.trusts_only = second.fingerprint();
  start();
  run_until([&] { return reason().contains("--trust"); });
  EXPECT_EQ(reason(),
            "the agent does not trust this server: start it with --trust " + links->tls.fingerprint().text());
  EXPECT_TRUE(agent.hellos.empty());
}

TEST_F(TrustTest, SaysNothingInPlaintextToAnAgentThatShouldShowAKey) {
  agent.tls.reset();
  start();
  run_until([&] { return reason().contains("--plaintext"); });
  EXPECT_TRUE(agent.hellos.empty());
  EXPECT_EQ(trust(), TrustState::pending);
}

TEST_F(TrustTest, SpeaksPlaintextWhereTheConfigurationSaysSo) {
  agent.tls.reset();
  node().plaintext = true;
  start();
  wait_online();
  EXPECT_EQ(trust(), TrustState::plaintext);
  EXPECT_FALSE(wait_for(fleet->trust(addr(), first.fingerprint(), "a test")));
}

}  // namespace
}  // namespace slipway::server::fleet
