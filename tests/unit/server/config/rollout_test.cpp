// The plan of a rollout, from the file and back.
#include "config_fixture.h"

namespace slipway::server::config {
namespace {

using namespace std::chrono_literals;

std::string rollout(std::string_view keys) {
  return config_with_app(fmt::format("\"name\": \"a\", \"type\": \"git\", \"rollout\": {},", keys));
}

Rollout read(std::string_view keys) {
  const Loaded loaded = parse_config(rollout(keys), "/s");
  EXPECT_TRUE(loaded.ok()) << keys;
  return loaded.config.apps.at(0).rollout;
}

TEST(ARollout, IsAllNodesAtOnceByDefault) {
  EXPECT_EQ(read("{}"), Rollout{});
  EXPECT_EQ(Rollout{}.batch, (Batch{100, true}));
  EXPECT_EQ(Rollout{}.canary, 0U);
}

TEST(ARollout, IsReadFromTheFile) {
  const Rollout plan = read(R"({"canary": 1, "batch": "25%", "pause": "30s", "max_failed": 2,
                               "on_failure": "continue", "offline": "wait", "offline_wait": 90})");
  EXPECT_EQ(plan.canary, 1U);
  EXPECT_EQ(plan.batch, (Batch{25, true}));
  EXPECT_EQ(plan.pause, 30s);
  EXPECT_FALSE(plan.confirm);
  EXPECT_EQ(plan.max_failed, 2U);
  EXPECT_EQ(plan.on_failure, OnFailure::proceed);
  EXPECT_EQ(plan.offline, Offline::wait);
  EXPECT_EQ(plan.offline_wait, 90s);
  EXPECT_EQ(read(R"({"batch": 3, "pause": "confirm"})").batch, (Batch{3, false}));
  EXPECT_TRUE(read(R"({"pause": "confirm"})").confirm);
  const Rollout careful = read(R"({"on_failure": "rollback", "prepare_first": true, "catch_up": true})");
  EXPECT_EQ(careful.on_failure, OnFailure::rollback);
  EXPECT_TRUE(careful.prepare_first && careful.catch_up);
}

TEST(ARollout, ThatIsImpossibleIsToldWithItsPlace) {
  EXPECT_THAT(problems_of(rollout(R"({"batch": "0%"})")),
              ElementsAre("2:50: \"batch\": expected a number of nodes from 1 on, or a part of them from "
                          "\"1%\" to \"100%\", found \"0%\""));
  EXPECT_THAT(problems_of(rollout(R"({"canary": 2})")),
              ElementsAre("2:51: \"canary\": 2 nodes are to go first, but the app has 1"));
  for (const char* const bad :
       {R"({"canary": -1})", R"({"canary": "one"})", R"({"batch": 0})", R"({"batch": 1.5})",
        R"({"batch": "5"})", R"({"batch": "101%"})", R"({"batch": []})", R"({"pause": "-1s"})",
        R"({"pause": -1})", R"({"pause": "8d"})", R"({"pause": 604801})", R"({"max_failed": -1})",
        R"({"on_failure": "go"})", R"({"offline": true})", R"({"offline_wait": "confirm"})",
        R"({"batches": 1})", R"({"prepare_first": 1})", R"({"catch_up": "yes"})", R"("all")"}) {
    EXPECT_EQ(problems_of(rollout(bad)).size(), 1U) << bad;
  }
}

TEST(ARollout, SurvivesBeingStored) {
  Rollout plan{.canary = 3, .batch = {7, false}, .pause = 90s, .max_failed = 1};
  for (const bool confirm : {false, true}) {
    if (confirm) plan = {.confirm = true, .on_failure = OnFailure::proceed, .offline = Offline::fail};
    Rollout back;
    ASSERT_TRUE(set_all(back, to_json(plan)));
    EXPECT_EQ(back, plan);
  }
}

}  // namespace
}  // namespace slipway::server::config
