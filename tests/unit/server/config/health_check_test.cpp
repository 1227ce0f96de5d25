// Health checks and the hooks for going back, from the file.
#include "config_fixture.h"

namespace slipway::server::config {
namespace {

using namespace std::chrono_literals;

std::string health(std::string_view keys) {
  return config_with_app(fmt::format("\"name\": \"a\", \"type\": \"git\", \"health_check\": {},", keys));
}

Node read(std::string_view app, std::string_view node = "") {
  const Loaded loaded = parse_config(config_with(app, node), "/s");
  EXPECT_TRUE(loaded.ok()) << app << node;
  return loaded.config.apps.at(0).nodes.at(0);
}

TEST(AHealthCheck, IsReadFromTheFile) {
  const Node node = read(
      R"("health_check": {"http": "http://127.0.0.1:8080/healthz", "expect": 204, "tcp": "DB:3306",
         "command": "./check", "interval": "500ms", "timeout": 90, "healthy": 3},)");
  EXPECT_EQ(node.health_check, (HealthCheck{.http = "http://127.0.0.1:8080/healthz",
                                            .expect = 204,
                                            .tcp = "db:3306",
                                            .command = "./check",
                                            .interval = 500ms,
                                            .timeout = 90s,
                                            .healthy = 3}));
}

TEST(AHealthCheck, HasDefaults) {
  const Node node = read(R"("health_check": {"tcp": "[::1]:80"},)");
  EXPECT_EQ(node.health_check,
            (HealthCheck{.tcp = "[::1]:80", .interval = 1s, .timeout = 30s, .healthy = 1}));
  EXPECT_FALSE(read("").health_check);
}

TEST(AHealthCheck, OfANodeTakesThePlaceOfItsApps) {
  const std::string_view app = R"("health_check": {"http": "http://h/", "healthy": 3},)";
  EXPECT_EQ(read(app).health_check->http, "http://h/");
  EXPECT_EQ(read(app, R"("health_check": {"tcp": "h:1"},)").health_check, (HealthCheck{.tcp = "h:1"}));
  EXPECT_FALSE(read(app, R"("health_check": null,)").health_check);
}

TEST(AHealthCheck, ThatIsImpossibleIsToldWithItsPlace) {
  const auto only = [](std::string_view keys) {
    const auto problems = problems_of(health(keys));
    return problems.size() == 1 ? problems.front() : fmt::format("{} problems", problems.size());
  };
  EXPECT_EQ(only("{}"), "2:45: a health check checks nothing; expected \"http\", \"tcp\" or \"command\"");
  EXPECT_EQ(only(R"({"tcp": "h:1", "expect": 200})"),
            "2:70: \"expect\": only \"http\" answers with a status; expected \"http\" beside it");
  EXPECT_EQ(
      only(R"({"tcp": "h:1", "healthy": 31})"),
      "2:71: a node cannot be seen healthy 31 times, 1s apart, within 30s; expected a longer \"timeout\", or "
      "less of the others");
  EXPECT_EQ(only(R"({"tcp": "h:70000"})"),
            "2:53: \"tcp\": port 70000 of \"h:70000\" is out of range; expected 1 to 65535");
  EXPECT_EQ(only(R"({"http": "https://u:secret@h/"})"),
            "2:54: \"http\": \"https://***@h/\" is encrypted, which cannot be asked yet; expected "
            "\"http://…\", or a "
            "command such as curl");
}

TEST(AHealthCheck, ThatMakesNoSenseIsAProblem) {
  for (const char* const bad : {R"("http://h")",
                                R"([])",
                                R"({"http": "h"})",
                                R"({"http": 80})",
                                R"({"http": "http://h:0/"})",
                                R"({"http": "http://h", "expect": 99})",
                                R"({"http": "http://h", "expect": "200"})",
                                R"({"http": "http://h", "expect": 600})",
                                R"({"tcp": "h"})",
                                R"({"tcp": ":80"})",
                                R"({"tcp": "h:0"})",
                                R"({"tcp": 80})",
                                R"({"command": ""})",
                                R"({"command": ["a"]})",
                                R"({"tcp": "h:1", "interval": 0})",
                                R"({"tcp": "h:1", "interval": "-1s"})",
                                R"({"tcp": "h:1", "timeout": "0s"})",
                                R"({"tcp": "h:1", "timeout": -5})",
                                R"({"tcp": "h:1", "timeout": "8d"})",
                                R"({"tcp": "h:1", "healthy": 0})",
                                R"({"tcp": "h:1", "healthy": -1})",
                                R"({"tcp": "h:1", "healthy": 1.5})",
                                R"({"tcp": "h:1", "healthy": 1000001})",
                                R"({"tcp": "h:1", "timeout": "500ms"})",
                                R"({"tcp": "h:1", "url": "x"})"}) {
    EXPECT_EQ(problems_of(health(bad)).size(), 1U) << bad;
  }
}

TEST(HooksForGoingBack, AreNotSetByDefault) {
  const Node node = read(R"("before_deploy": "x", "after_deploy": "y",)");
  EXPECT_FALSE(node.before_rollback) << "the agent takes the deploy hooks";
  EXPECT_FALSE(node.after_rollback);
}

TEST(HooksForGoingBack, OfANodeTakeThePlaceOfItsApps) {
  const std::string_view app = R"("before_rollback": "a", "after_rollback": ["b", "c"],)";
  EXPECT_THAT(*read(app).before_rollback, ElementsAre("a"));
  EXPECT_THAT(*read(app).after_rollback, ElementsAre("b", "c"));
  const Node node = read(app, R"("before_rollback": "n", "after_rollback": "",)");
  EXPECT_THAT(*node.before_rollback, ElementsAre("n"));
  EXPECT_THAT(*node.after_rollback, IsEmpty()) << "none, whatever the app says";
}

TEST(HooksForGoingBack, OfAnAppComeBeforeTheDeployHooksOfANode) {
  const Node node = read(R"("before_rollback": "a",)", R"("before_deploy": "n",)");
  EXPECT_THAT(*node.before_rollback, ElementsAre("a"));
  EXPECT_THAT(node.before_deploy, ElementsAre("n"));
}

}  // namespace
}  // namespace slipway::server::config
