#include "agent/policy/judge.h"

#include <fstream>

#include "agent/policy/explain.h"
#include "agent/policy/fixture.h"
#include "base/temp_dir.h"

namespace slipway::agent::policy {
namespace {

using test::policy_of;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr const char* server = "01jd9x3kq5m8w2r7t4v6y9b0ce";

class JudgeTest : public testing::Test {
 protected:
  JudgeTest() {
    fs::create_directories(root / "srv/shop");
    fs::create_directories(root / "secret");
    order.target = {.vcs = wire::VcsType::git,
                    .url = "https://git.example.com/team/shop.git",
                    .branch = "main",
                    .path = (root / "srv/shop").string(),
                    .local_changes = wire::LocalChanges::keep,
                    .releases = {}};
    order.revision = std::string(40, 'a');
  }

  Verdict<Grant> judge(const std::string& rules) const {
    return judge_order(policy_of(rules), {{server}}, order,
                       base::parse_rfc3339("2026-11-25T12:00:00Z").value());
  }

  // "": allowed; else the sentence for the server.
  std::string said(const std::string& rules) const {
    const auto verdict = judge(rules);
    return verdict ? "" : verdict.error().message();
  }

  std::string asked(const std::string& rules) const {
    const wire::Query query{.kind = wire::QueryKind::log, .target = order.target};
    const auto verdict = judge_query(policy_of(rules), {{server}}, query);
    return verdict ? "" : verdict.error().message();
  }

  std::string paths(const fs::path& path) const {
    return fmt::format(R"({{"paths": ["{}"]}})", path.string());
  }

  slipway::test::TempDir temporary;
  fs::path root = fs::canonical(temporary.path());
  wire::Order order;
};

TEST_F(JudgeTest, AllowsEverythingWhereNothingIsSaid) {
  order.before_deploy = {"rm -rf /"};
  EXPECT_EQ(said("{}"), "");
  EXPECT_EQ(asked("{}"), "");
}

TEST_F(JudgeTest, KnowsItsServers) {
  EXPECT_EQ(said(R"({"servers": ["SHA256:x", "01jd9x3kq5m8w2r7t4v6y9b0ce"]})"), "");
  EXPECT_THAT(said(R"({"servers": ["SHA256:x"]})"),
              AllOf(HasSubstr("rejected by policy rule \"servers\" (agent.json): "), HasSubstr(server)));
  EXPECT_THAT(asked(R"({"servers": []})"), HasSubstr("\"servers\""));
}

TEST_F(JudgeTest, JudgesAPathByWhereItLeadsTo) {
  EXPECT_EQ(said(paths(root / "srv")), "");
  EXPECT_EQ(said(paths(root / "*")), "");
  EXPECT_THAT(said(paths(root / "www")), HasSubstr("rejected by policy rule \"paths\" (agent.json): "));
  fs::create_symlink(root / "secret", root / "srv/out");
  order.target.path = (root / "srv/out/new").string();
  EXPECT_THAT(said(paths(root / "srv")), HasSubstr("is not inside of the allowed paths"));
  EXPECT_THAT(said(paths(root / "srv")), Not(HasSubstr("secret")))
      << "where a link leads is not for the server";
  EXPECT_EQ(said(paths(root / "secret")), "");
}

TEST_F(JudgeTest, SaysTheSameOfWhatIsThereAndWhatIsNot) {
  order.target.path = (root / "secret").string();
  std::string there = asked(paths(root / "srv"));
  order.target.path = (root / "absent").string();
  std::string absent = asked(paths(root / "srv"));
  there.replace(there.find("/secret"), 7, "/absent");
  EXPECT_EQ(there, absent);
}

TEST_F(JudgeTest, LooksAtFoldersOfTheLayoutToo) {
  order.target.releases = wire::Releases{.shared = {"data/uploads"}};
  EXPECT_EQ(said(paths(root / "srv")), "");
  fs::create_directories(root / "srv/shop/shared");
  fs::create_symlink(root / "secret", root / "srv/shop/shared/data");
  EXPECT_THAT(said(paths(root / "srv")), HasSubstr("outside of the allowed paths"));
}

TEST_F(JudgeTest, LooksAtTheRepositoryInAWorkingCopyToo) {
  fs::create_symlink(root / "secret", root / "srv/shop/.git");
  EXPECT_THAT(said(paths(root / "srv")), HasSubstr(".git\" leads to a place outside of the allowed paths"));
}

TEST_F(JudgeTest, KnowsItsRepositories) {
  EXPECT_EQ(said(R"({"repositories": ["https://git.example.com/team/*"]})"), "");
  order.target.url = "https://me:secret@evil.example.com/shop.git";
  EXPECT_THAT(said(R"({"repositories": ["https://git.example.com/team/*"]})"),
              AllOf(HasSubstr("\"repositories\""), Not(HasSubstr("secret"))));
  order.target.url = "";
  EXPECT_THAT(asked(R"({"repositories": ["https://git.example.com/team/*"]})"),
              HasSubstr("names no repository"));
}

TEST_F(JudgeTest, KnowsItsBranches) {
  EXPECT_EQ(said(R"({"refs": ["main"]})"), "");
  EXPECT_EQ(judge(R"({"refs": ["main"]})")->refs, Patterns{"refs/heads/main"});
  order.target.branch = "dev";
  EXPECT_THAT(said(R"({"refs": ["main", "release/*"]})"), HasSubstr("the branch \"dev\" is not among"));
  EXPECT_THAT(said(R"({"refs": []})"), HasSubstr("no branch is allowed"));
}

TEST_F(JudgeTest, KnowsItsHours) {
  EXPECT_EQ(said(R"({"hours": ["wed 11:00-13:00 UTC"]})"), "");
  EXPECT_THAT(said(R"({"hours": ["wed 12:30-14:00 UTC", "sun 00:00-24:00 UTC"]})"),
              HasSubstr("at these times only: wed 12:30-14:00 UTC; sun 00:00-24:00 UTC"));
  EXPECT_EQ(asked(R"({"hours": []})"), "") << "a question changes nothing";
}

TEST_F(JudgeTest, TakesOnlyNamesOfCommandsWhereTheFileSaysSo) {
  const std::string rules = R"({"hooks": "named", "commands": {"restart": "systemctl restart shop"}})";
  order.after_deploy = {"@restart"};
  ASSERT_EQ(said(rules), "");
  EXPECT_EQ(command_of(*judge(rules), " @restart "), "systemctl restart shop");
  for (const char* command :
       {"@restart; id", "@restart\nid", "@other", "@", "restart", "@restart @restart", ""}) {
    order.after_deploy = {"@restart", command};
    EXPECT_THAT(said(rules), HasSubstr("\"hooks\"")) << command;
  }
}

TEST_F(JudgeTest, LooksAtEveryCommandOfAnOrder) {
  const std::string off = R"({"hooks": "off"})";
  EXPECT_EQ(said(off), "");
  const wire::Order plain = order;
  const auto with = [&](auto change) {
    order = plain;
    change(order);
    return said(off);
  };
  EXPECT_THAT(with([](wire::Order& one) { one.before_deploy = {"id"}; }), HasSubstr("\"hooks\""));
  EXPECT_THAT(with([](wire::Order& one) { one.after_deploy = {"id"}; }), HasSubstr("\"hooks\""));
  EXPECT_THAT(with([](wire::Order& one) { one.before_rollback = {"id"}; }), HasSubstr("\"hooks\""));
  EXPECT_THAT(with([](wire::Order& one) { one.after_rollback = {"id"}; }), HasSubstr("\"hooks\""));
  EXPECT_THAT(with([](wire::Order& one) { one.health_check = wire::HealthCheck{.command = "id"}; }),
              HasSubstr("\"hooks\""));
  EXPECT_EQ(with([](wire::Order& one) { one.health_check = wire::HealthCheck{.tcp = "127.0.0.1:1"}; }), "");
}

TEST_F(JudgeTest, KnowsCommandsByNameAlsoWhereTheServerMaySendItsOwn) {
  const auto grant = judge(R"({"commands": {"restart": "systemctl restart shop"}})");
  EXPECT_EQ(command_of(*grant, "@restart"), "systemctl restart shop");
  EXPECT_EQ(command_of(*grant, "echo @restart"), "echo @restart");
  EXPECT_FALSE(command_of(*grant, "@other"));
}

TEST_F(JudgeTest, RefusesSvnWhereCommitsMustBeSigned) {
  const std::string rules = R"({"require_signed_commits": {"allowed_signers": "/s"}})";
  EXPECT_TRUE(judge(rules)->wants_signature());
  order.target.vcs = wire::VcsType::svn;
  EXPECT_THAT(said(rules), HasSubstr("rejected by policy rule \"require_signed_commits\""));
}

TEST_F(JudgeTest, LimitsTheOrdersAtWork) {
  const Policy policy = policy_of(R"({"limits": {"orders": 2}})");
  EXPECT_TRUE(judge_load(policy, 1));
  EXPECT_THAT(judge_load(policy, 2).error().message(), HasSubstr("2 of at most 2 orders are at work"));
  EXPECT_TRUE(judge_load(policy_of("{}"), 1000));
}

TEST_F(JudgeTest, PutsTheRulesOfAnAppInThePlaceOfThoseAtTheTop) {
  const std::string rules = fmt::format(
      R"({{"hooks": "off", "run_as": "nobody", "limits": {{"time": "1m"}},
           "apps": [{{"path": "{0}/srv/other", "hooks": "off"}},
                    {{"path": "{0}/srv/*", "hooks": "server", "environment": {{"pass": ["A"]}}}}]}})",
      root.string());
  order.after_deploy = {"id"};
  const auto grant = judge(rules);
  ASSERT_TRUE(grant) << grant.error().message();
  EXPECT_EQ(grant->user, "nobody");
  EXPECT_EQ(grant->time_ms, 60'000U);
  EXPECT_EQ(grant->pass, std::vector<std::string>{"A"});
  EXPECT_TRUE(grant->clean_environment);
  order.target.path = (root / "secret").string();
  EXPECT_THAT(said(rules), HasSubstr("\"paths\"")) << "apps without paths: theirs alone";
}

TEST_F(JudgeTest, SeesALinkThatWasPutInThePlaceOfAFolder) {
  const Grant grant = judge(paths(root / "srv")).value();
  EXPECT_TRUE(check_place(grant, order.target));
  fs::rename(root / "srv/shop", root / "srv/old");
  fs::create_symlink(root / "secret", root / "srv/shop");
  EXPECT_THAT(check_place(grant, order.target).error().message(),
              HasSubstr("leads elsewhere than when the order"));
}

TEST_F(JudgeTest, IsExplainedWithWhatItLeavesOpen) {
  EXPECT_THAT(explain(policy_of("{}")),
              AllOf(HasSubstr("can run any command"), HasSubstr("every path of this host")));
  const std::string told = explain(policy_of(
      R"({"paths": ["/srv"], "hooks": "named", "commands": {"restart": "systemctl restart shop"},
          "limits": {"orders": 1}, "apps": [{"path": "/srv/shop", "hours": ["daily 01:00-02:00"]}]})"));
  EXPECT_THAT(told, AllOf(HasSubstr("@restart is: systemctl restart shop"), HasSubstr("1 order at once"),
                          HasSubstr("in /srv/shop"), HasSubstr("the server chooses the code")));
}

TEST_F(JudgeTest, AGrantComesBackFromTheOrdersDirectoryAsItWas) {
  const Grant grant = judge(R"({"hooks": "named", "commands": {"a": "b"}, "limits": {"output": 5}})").value();
  const auto again = json::decode<Grant>(json::encode(grant));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(json::encode(*again), json::encode(grant));
}

}  // namespace
}  // namespace slipway::agent::policy
