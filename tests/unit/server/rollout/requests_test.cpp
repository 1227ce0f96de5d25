#include "server/rollout/requests.h"

#include <gtest/gtest.h>

#include "base/id.h"
#include "json/map.h"
#include "wire/message.h"

namespace slipway::server::rollout {
namespace {

config::App make_app() {
  config::App app{.name = "shop", .type = config::VcsType::svn, .url = "https://host/svn", .branch = "trunk"};
  app.local_changes = config::LocalChanges::discard;
  app.timeout = std::chrono::seconds{90};
  app.nodes = {
      {.alias = "web1", .addr = {"localhost", 8081}, .path = "/srv/a", .before_deploy = {"one", "two"}},
      {.alias = "web2", .addr = {"::1", 8082}, .path = "/srv/b", .after_deploy = {"three"}},
      {.alias = "db", .addr = {"", 8083}, .path = "/srv/c"}};
  return app;
}

template <class T>
std::string refusal(const Outcome<T>& outcome) {
  return outcome ? "no refusal" : outcome.error().detail;
}

TEST(Request, MayAskForTheNewestOrForARevision) {
  EXPECT_TRUE(check({.action = "update"}));
  EXPECT_TRUE(check({.action = "update", .revision = "main"}));
  EXPECT_TRUE(check({.action = "update", .revision = "refs/heads/ä~1"}));
  EXPECT_TRUE(check({.action = "rollback", .revision = std::string(200, 'a')}));
  EXPECT_TRUE(check({.action = "update", .note = std::string(2000, 'x')}));
}

TEST(Request, IsRefusedForAnActionThatIsNone) {
  EXPECT_EQ(refusal(check({.action = ""})), "\"action\" is \"\"; expected \"update\" or \"rollback\"");
  EXPECT_EQ(refusal(check({.action = "Update"})),
            "\"action\" is \"Update\"; expected \"update\" or \"rollback\"");
  EXPECT_EQ(check({.action = "x"}).error().why, Refusal::invalid);
  EXPECT_LT(refusal(check({.action = std::string(10'000, 'x')})).size(), 150U);
  EXPECT_EQ(refusal(check({.action = "up\ndate"})),
            "\"action\" is \"up\\ndate\"; expected \"update\" or \"rollback\"");
}

TEST(Request, IsRefusedForARollbackToNothing) {
  EXPECT_EQ(refusal(check({.action = "rollback"})), "a rollback needs \"revision\": the one to go back to");
}

TEST(Request, IsRefusedForARevisionThatIsNone) {
  const auto with = [](std::string revision) {
    return refusal(check({.action = "update", .revision = std::move(revision)}));
  };
  EXPECT_EQ(with(""), "\"revision\" is empty: leave it out to take the newest");
  EXPECT_EQ(with(std::string(201, 'a')), "\"revision\" is longer than 200 bytes");
  EXPECT_EQ(with("--upload-pack=evil"), "\"--upload-pack=evil\" is not a revision: none begins with '-'");
  for (const char* text : {"a b", "a\nb", "a\tb", "a\x7f", " a", "a "}) {
    EXPECT_EQ(with(text), "\"revision\" holds a space or a control character") << text;
  }
  EXPECT_EQ(with(std::string("a\0b", 3)), "\"revision\" holds a space or a control character");
}

TEST(Request, CountsTheCharactersOfANoteAndNotItsBytes) {
  std::string note;
  for (int i = 0; i < 2000; ++i) note += "ä";
  EXPECT_TRUE(check({.action = "update", .note = note}));
  EXPECT_FALSE(check({.action = "update", .note = note + "ä"}));
}

TEST(Request, IsRefusedForALongNote) {
  EXPECT_EQ(refusal(check({.action = "update", .note = std::string(2001, 'x')})),
            "\"note\" is longer than 2000 characters");
}

TEST(Nodes, AreAllOfTheAppWhereNoneAreNamed) {
  const config::App app = make_app();
  const auto chosen = choose_nodes(app, {.action = "update"});
  ASSERT_TRUE(chosen);
  ASSERT_EQ(chosen->size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ((*chosen)[i], &app.nodes[i]);
}

TEST(Nodes, AreThoseThatAreNamedInTheOrderOfTheConfiguration) {
  const config::App app = make_app();
  const auto chosen = choose_nodes(app, {.action = "update", .nodes = {{"db", "web1", "db"}}});
  ASSERT_TRUE(chosen);
  ASSERT_EQ(chosen->size(), 2U);
  EXPECT_EQ((*chosen)[0]->alias, "web1");
  EXPECT_EQ((*chosen)[1]->alias, "db");
}

TEST(Nodes, AreRefusedWhereTheAppHasNoneOfThatName) {
  const config::App app = make_app();
  const auto chosen = choose_nodes(app, {.action = "update", .nodes = {{"web1", "web3"}}});
  EXPECT_EQ(refusal(chosen), "the app shop has no node \"web3\"; it has web1, web2, db");
  EXPECT_EQ(chosen.error().why, Refusal::invalid);
}

TEST(Nodes, AreRefusedWhereTheListIsEmpty) {
  EXPECT_EQ(refusal(choose_nodes(make_app(), {.action = "update", .nodes = std::vector<std::string>{}})),
            "\"nodes\" is empty: leave it out to take all");
}

TEST(Nodes, AreRefusedWhereTheAppHasNone) {
  config::App app = make_app();
  app.nodes.clear();
  const auto chosen = choose_nodes(app, {.action = "update"});
  EXPECT_EQ(refusal(chosen), "the app shop has no nodes: add some to it in server.json");
  EXPECT_EQ(chosen.error().why, Refusal::conflict);
}

TEST(Deployment, IsMadeOfTheRequest) {
  const config::App app = make_app();
  const Request request{.action = "rollback", .revision = "r7", .note = "because"};
  const auto deployment = make_deployment(9, app, {&app.nodes[0], &app.nodes[2]}, request, {}, "7");
  EXPECT_EQ(deployment.id, 9);
  EXPECT_EQ(deployment.app, "shop");
  EXPECT_EQ(deployment.action, "rollback");
  EXPECT_EQ(deployment.revision, "7");
  EXPECT_EQ(deployment.requested_revision, "r7");
  EXPECT_EQ(deployment.note, "because");
  EXPECT_EQ(deployment.state, store::DeploymentState::running);
  ASSERT_EQ(deployment.nodes.size(), 2U);
  EXPECT_EQ(deployment.nodes[0].addr, "localhost:8081");
  EXPECT_EQ(deployment.nodes[0].delivery, store::Delivery::unsent);
  EXPECT_NE(deployment.find_node("db"), nullptr);
  EXPECT_EQ(deployment.find_node("web2"), nullptr);
}

TEST(Plan, IsTheAppsWithWhatTheRequestChanges) {
  config::App app = make_app();
  app.rollout.max_failed = 1;
  const auto plan = plan_of(app, {.action = "update", .rollout = {{{"canary", 2}}}}, 3);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->canary, 2U);
  EXPECT_EQ(plan->max_failed, 1U);
}

TEST(Plan, ThatIsImpossibleIsRefused) {
  const config::App app = make_app();
  EXPECT_EQ(refusal(plan_of(app, {.action = "update", .rollout = {{{"canary", 4}}}}, 3)),
            "rollout: canary: 4 nodes are to go first, but only 3 are deployed to");
  EXPECT_EQ(refusal(plan_of(app, {.action = "update", .rollout = {{{"bach", 4}}}}, 3)),
            "rollout: bach: is not known; did you mean \"batch\"?");
}

TEST(Deployment, HoldsAnOrderForEachNode) {
  const config::App app = make_app();
  const auto deployment = make_deployment(9, app, {&app.nodes[0], &app.nodes[1]},
                                          {.action = "rollback", .revision = "7"}, {}, "7");
  const auto first = json::decode<wire::Order>(json::parse(deployment.nodes[0].order).value());
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_TRUE(base::is_id(first->id));
  EXPECT_EQ(first->id, deployment.nodes[0].order_id);
  EXPECT_NE(first->id, deployment.nodes[1].order_id);
  EXPECT_EQ(first->deployment, "9");
  EXPECT_EQ(first->node, "web1");
  EXPECT_EQ(first->action, wire::Action::rollback);
  EXPECT_EQ(first->target.vcs, wire::VcsType::svn);
  EXPECT_EQ(first->target.path, "/srv/a");
  EXPECT_EQ(first->target.local_changes, wire::LocalChanges::discard);
  EXPECT_EQ(first->before_deploy, (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(first->hook_timeout_ms, 90'000U);
  const auto second = json::decode<wire::Order>(json::parse(deployment.nodes[1].order).value());
  EXPECT_EQ(second->after_deploy, std::vector<std::string>{"three"});
}

TEST(Order, CarriesTheHealthCheckAndTheHooksForGoingBack) {
  config::App app = make_app();
  app.nodes[0].before_rollback = std::vector<std::string>{};
  app.nodes[0].health_check = config::HealthCheck{.http = "http://h/", .expect = 204, .healthy = 3};
  const auto deployment =
      make_deployment(9, app, {&app.nodes[0], &app.nodes[1]}, {.action = "update"}, app.rollout, "7");
  const auto first = json::decode<wire::Order>(json::parse(deployment.nodes[0].order).value()).value();
  EXPECT_EQ(first.before_rollback, std::vector<std::string>{});
  EXPECT_FALSE(first.after_rollback);
  ASSERT_TRUE(first.health_check);
  EXPECT_EQ(first.health_check->http, "http://h/");
  EXPECT_EQ(first.health_check->expect, 204U);
  EXPECT_FALSE(first.health_check->tcp);
  EXPECT_EQ(first.health_check->interval_ms, 1000U);
  EXPECT_EQ(first.health_check->timeout_ms, 30'000U);
  EXPECT_EQ(first.health_check->healthy, 3U);
  const auto second = json::decode<wire::Order>(json::parse(deployment.nodes[1].order).value()).value();
  EXPECT_FALSE(second.health_check);
}

TEST(Revision, IsExactWhereItCanOnlyMeanOneThing) {
  using enum config::VcsType;
  EXPECT_TRUE(is_exact(git, std::string(40, 'a')));
  EXPECT_TRUE(is_exact(git, std::string(64, '0')));
  EXPECT_TRUE(is_exact(svn, "1"));
  EXPECT_TRUE(is_exact(svn, "0123456789"));
}

TEST(Revision, IsNotExactOtherwise) {
  using enum config::VcsType;
  for (const std::string& text :
       {std::string(""), std::string("main"), std::string(39, 'a'), std::string(41, 'a'),
        std::string(40, 'A'), std::string(40, 'g'), std::string("HEAD")}) {
    EXPECT_FALSE(is_exact(git, text)) << text;
  }
  for (const char* text : {"", "HEAD", "r7", "-1", "1:2", "{2026-01-01}", " 1"})
    EXPECT_FALSE(is_exact(svn, text)) << text;
}

}  // namespace
}  // namespace slipway::server::rollout
