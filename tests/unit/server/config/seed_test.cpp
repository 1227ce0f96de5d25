#include "config_fixture.h"
#include "seed_example.h"

namespace slipway::server::config {
namespace {

TEST(SeedExample, IsAcceptedWithAWarningForWhatIsOld) {
  EXPECT_THAT(problems_of(seed_example),
              ElementsAre("13:23: warning: \"fetchlogpath\": no longer needed, remove it"));
  EXPECT_TRUE(parse_config(seed_example, "server.json").ok());
}

TEST(SeedExample, GivesTheValuesThatItHolds) {
  const Config config = parse_config(seed_example, "/etc/slipway/server.json").config;
  EXPECT_EQ(config.listen_http, (Address{"", 8082}));
  EXPECT_TRUE(config.debug);
  EXPECT_EQ(config.jwt_secret, "");
  EXPECT_EQ(config.data_dir, "/etc/slipway/slipway-data");
  ASSERT_EQ(config.apps.size(), 1U);
  EXPECT_EQ(config.find_app("douke"), &config.apps[0]);
  EXPECT_EQ(config.find_app("other"), nullptr);
}

TEST(SeedExample, GivesTheAppAndItsNodes) {
  const Config config = parse_config(seed_example, "server.json").config;
  const App& app = config.apps.at(0);
  EXPECT_EQ(app.type, VcsType::svn);
  EXPECT_EQ(app.url, "svn://192.168.1.207/xiaohua");
  EXPECT_EQ(app.local_changes, LocalChanges::keep);
  EXPECT_EQ(app.timeout, std::chrono::minutes{10});
  ASSERT_EQ(app.nodes.size(), 2U);
  EXPECT_EQ(app.nodes[0].addr, (Address{"192.168.1.11", 8081}));
  EXPECT_EQ(app.nodes[0].path, "/data/wwwroot/xiaohua/trunk");
  EXPECT_THAT(app.nodes[0].before_deploy, IsEmpty());
  EXPECT_THAT(app.nodes[0].after_deploy, IsEmpty());
  EXPECT_EQ(app.find_node("api-2"), &app.nodes[1]);
  EXPECT_EQ(app.find_node("api-3"), nullptr);
  EXPECT_THAT(app.nodes[1].before_deploy, ElementsAre("ls /data/wwwroot"));
  EXPECT_THAT(app.nodes[1].after_deploy, ElementsAre("ls /data/wwwroot/xiaohua/trunk"));
}

}  // namespace
}  // namespace slipway::server::config
