#include "server/config/reload.h"

#include "config_fixture.h"

namespace slipway::server::config {
namespace {

using testing::HasSubstr;

Reload reload(std::string_view from, std::string_view to) {
  return plan_reload(parse_config(from, "/etc/slipway/server.json"),
                     parse_config(to, "/etc/slipway/server.json"));
}

TEST(Reload, OfWhatIsGoodTellsTheChanges) {
  const Reload plan = reload(R"({"apps": []})", R"({"apps": [], "debug": true})");
  EXPECT_TRUE(plan.possible());
  EXPECT_THAT(plan.changes, ElementsAre("debug set to true"));
}

TEST(Reload, OfWhatIsBrokenTellsEveryProblemAndNoChange) {
  const Reload plan = reload(R"({"apps": []})", "{\"apps\": [],\n \"debug\": 3, \"what\": 1}");
  ASSERT_EQ(plan.problems.size(), 2U);
  EXPECT_EQ(plan.problems[0].line, 2U);
  EXPECT_THAT(plan.changes, IsEmpty());
}

TEST(Reload, IsNotKeptFromByAWarning) {
  EXPECT_TRUE(reload("{}", R"({"apps": []})").possible());
}

TEST(Reload, OfWhatNeedsARestartIsRefusedAsAWhole) {
  const Reload plan =
      reload("{}", "{\"debug\": true,\n \"data_dir\": \"elsewhere\",\n \"listen_http\": \":9000\"}");
  ASSERT_EQ(plan.problems.size(), 2U);
  EXPECT_EQ(plan.problems[0].line, 3U);
  EXPECT_THAT(plan.problems[0].text, HasSubstr("restart the server"));
  EXPECT_THAT(plan.problems[1].text, HasSubstr("\"/etc/slipway/elsewhere\""));
  EXPECT_THAT(plan.changes, IsEmpty());
}

TEST(Reload, TheSameInOtherWordsNeedsNoRestart) {
  EXPECT_TRUE(reload("{}", R"({"data_dir": "./slipway-data", "listen_http": ":8082"})").possible());
}

}  // namespace
}  // namespace slipway::server::config
