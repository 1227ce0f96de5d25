#include "agent/policy/parse.h"

#include "agent/policy/fixture.h"
#include "base/file.h"

namespace slipway::agent::policy {
namespace {

using test::policy_of;
using test::problems_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(PolicyFile, MayHoldEveryKey) {
  const Policy policy = policy_of(R"({
    // comments as in server.json
    "servers": ["01jd9x3kq5m8w2r7t4v6y9b0ce", "SHA256:abc"],
    "paths": ["/srv/*/", "/var/www"],
    "repositories": ["https://git.example.com/**"],
    "refs": ["main", "refs/tags/v*"],
    "hours": ["mon-fri 09:00-17:30", "sat 10:00-12:00 Europe/Berlin"],
    "hooks": "named",
    "commands": {"restart": "systemctl restart shop"},
    "secrets": ["DB_PASSWORD"],
    "run_as": "www-data",
    "environment": {"pass": ["https_proxy"], "set": {"STAGE": "live"}},
    "limits": {"time": "10m", "output": "10MiB", "orders": 2},
    "require_signed_commits": {"allowed_signers": "/etc/slipway/allowed_signers", "keyring": "/etc/slipway/keys"},
    "apps": [{"path": "/srv/shop", "hooks": "off"}],
  })");
  EXPECT_THAT(*policy.paths, ElementsAre("/srv/*", "/var/www"));
  EXPECT_THAT(*policy.refs, ElementsAre("refs/heads/main", "refs/tags/v*"));
  EXPECT_EQ(policy.hours->size(), 2U);
  EXPECT_EQ(policy.hooks, Hooks::named);
  EXPECT_EQ(policy.commands->at("restart"), "systemctl restart shop");
  EXPECT_EQ(policy.limits->time_ms, 600'000U);
  EXPECT_EQ(policy.orders_at_once(), 2U);
  EXPECT_EQ(policy.apps.front().hooks, Hooks::off);
  EXPECT_EQ(policy.apps.front().commands, std::nullopt);
}

TEST(PolicyFile, TellsEveryMistakeWithItsPlaceInOneRun) {
  EXPECT_THAT(
      problems_of(R"({
  "path": ["/srv"],
  "paths": ["srv", "/srv/../etc", 7],
  "hooks": "namd",
  "hours": ["sometimes"],
  "commands": {"re start": "x", "empty": ""},
  "environment": {"set": {"A=B": "x"}},
  "limits": {"time": "0s", "orders": 0},
  "require_signed_commits": {},
  "apps": [{"run_as": "shop"}]
})"),
      ElementsAre(
          HasSubstr("2:3: unknown key \"path\" in the policy; did you mean \"paths\"?"),
          HasSubstr("3:13: \"paths\": \"srv\" is a relative path; expected an absolute one"),
          HasSubstr("3:20: \"paths\": \"/srv/../etc\" has \"..\""),
          HasSubstr("3:35: \"paths\": expected a string in the list, found the number 7"),
          HasSubstr("4:12: \"hooks\": expected \"server\", \"named\" or \"off\", found the string \"namd\"; "
                    "did you "
                    "mean \"named\"?"),
          HasSubstr("5:13: \"hours\": \"sometimes\" are no hours; expected such as"),
          HasSubstr("6:16: \"commands\": \"re start\" is no name of a command"),
          HasSubstr("6:42: \"commands\": the command \"empty\" is empty"),
          HasSubstr("7:27: \"set\": \"A=B\" is no name of a variable"),
          HasSubstr("8:22: \"time\": the string \"0s\" is out of range"),
          HasSubstr("8:38: \"orders\": expected a number of orders"),
          HasSubstr("9:29: \"require_signed_commits\": expected \"allowed_signers\", \"keyring\" or both"),
          HasSubstr("10:12: missing key \"path\" in an app")));
}

TEST(PolicyFile, WarnsOfNamedCommandsWithoutAny) {
  EXPECT_THAT(problems_of("{\"hooks\": \"named\"}"),
              ElementsAre(HasSubstr("warning: \"hooks\": there are no")));
  EXPECT_THAT(problems_of(R"({"commands": {"a": "b"}, "apps": [{"path": "/a", "hooks": "named"}]})"),
              IsEmpty());
}

TEST(PolicyFile, IsCheckedAgainstTheHost) {
  class Empty final : public Host {
    Complaint check_user(const std::string&) const override { return "no such user"; }
    Complaint check_zone(const std::string& zone) const override {
      return zone.empty() ? std::nullopt : Complaint("no such zone");
    }
    Complaint check_guarded_file(const std::string&) const override { return "no such file"; }
    Complaint check_links(const std::string&) const override { return "a link"; }
  };
  EXPECT_THAT(problems_of(R"({"run_as": "a", "hours": ["daily 01:00-02:00 Nowhere"], "paths": ["/a"],
                               "require_signed_commits": {"keyring": "/k"}})",
                          Empty()),
              ElementsAre(HasSubstr("\"run_as\": no such user"), HasSubstr("\"hours\": no such zone"),
                          HasSubstr("warning: \"paths\": a link"), HasSubstr("\"keyring\": no such file")));
}

TEST(PolicyFile, MayBeEmptyButNotNothing) {
  EXPECT_THAT(problems_of("{}"), IsEmpty());
  EXPECT_THAT(problems_of(""), ElementsAre(HasSubstr("expected a value")));
  EXPECT_THAT(problems_of("[]"), ElementsAre(HasSubstr("expected the policy in braces, found a list")));
}

TEST(PolicyReference, IsTheOneInTheDocumentation) {
  const std::string page = base::read_file(SLIPWAY_SOURCE_DIR "/docs/agent-policy.md").value_or("");
  EXPECT_THAT(page, HasSubstr("<!-- begin: slipway-agent check --reference -->\n\n" + reference_markdown() +
                              "\n<!-- end -->"))
      << "copy the output of `slipway-agent check --reference` into docs/agent-policy.md";
}

TEST(PolicyReference, TheExampleInTheDocumentationIsAcceptedWithoutAWarning) {
  const std::string page = base::read_file(SLIPWAY_SOURCE_DIR "/docs/agent-policy.md").value_or("");
  const std::size_t start = page.find("```jsonc\n");
  ASSERT_NE(start, std::string::npos);
  const std::size_t from = start + std::string_view("```jsonc\n").size();
  EXPECT_THAT(problems_of(page.substr(from, page.find("```", from) - from)), IsEmpty());
}

}  // namespace
}  // namespace slipway::agent::policy
