#include <fstream>

#include "config_fixture.h"

namespace slipway::server::config {
namespace {

Config accepted(std::string_view text, const fs::path& file = "/etc/slipway/server.json") {
  const Loaded loaded = parse_config(text, file);
  EXPECT_TRUE(loaded.ok()) << testing::PrintToString(problems_of(text));
  return loaded.config;
}

App app_of(std::string_view text) {
  return accepted(text).apps.at(0);
}

TEST(Values, HaveDefaults) {
  const Config config = accepted("{}");
  EXPECT_EQ(config.listen_http.text(), ":8082");
  EXPECT_FALSE(config.debug);
  EXPECT_EQ(config.data_dir, "/etc/slipway/slipway-data");
  EXPECT_THAT(config.apps, IsEmpty());
}

TEST(Values, ARelativeDataDirBeginsAtTheFolderOfTheFile) {
  EXPECT_EQ(accepted(R"({"data_dir": "../data"})").data_dir, "/etc/data");
  EXPECT_EQ(accepted(R"({"data_dir": "/var/lib/slipway"})").data_dir, "/var/lib/slipway");
  EXPECT_EQ(accepted("{}", "server.json").data_dir, fs::current_path() / "slipway-data");
}

TEST(Values, TimeoutIsADurationOrSeconds) {
  EXPECT_EQ(app_of(config_with("\"timeout\": 90,")).timeout, std::chrono::seconds{90});
  EXPECT_EQ(app_of(config_with("\"timeout\": \"1h30m\",")).timeout, std::chrono::minutes{90});
  EXPECT_EQ(app_of(config_with("\"timeout\": \"90\",")).timeout, std::chrono::seconds{90});
  EXPECT_EQ(app_of(config_with("\"timeout\": \"500ms\",")).timeout, base::Millis{500});
}

TEST(Values, LocalChangesAreKeptRefusedOrDiscarded) {
  EXPECT_EQ(app_of(config_with("")).local_changes, LocalChanges::keep);
  EXPECT_EQ(app_of(config_with("\"local_changes\": \"refuse\",")).local_changes, LocalChanges::refuse);
  EXPECT_EQ(app_of(config_with("\"local_changes\": \"discard\",")).local_changes, LocalChanges::discard);
}

TEST(Values, ABranchAndAUrlMayBeEmptyForGit) {
  const App app = app_of(config_with("\"branch\": \"\", \"url\": \"\","));
  EXPECT_EQ(app.branch, "");
  EXPECT_EQ(app.url, "");
  EXPECT_EQ(app_of(config_with("\"branch\": \"feature/登录\",")).branch, "feature/登录");
}

TEST(Values, TheListOfNodesHasTwoNames) {
  const App app = app_of(R"({"apps": [{"name": "a", "type": "git", "nodes": [
      {"alias": "w", "addr": "localhost:1", "path": "C:\\www\\站点"}]}]})");
  EXPECT_EQ(app.nodes.at(0).path.string(), "C:\\www\\站点");
}

TEST(Hooks, AreACommandOrAListOfThem) {
  const Node node =
      app_of(config_with("", "\"befor_deploy\": \"a && b\", \"after_deploy\": [\"c\", \"\", \" \", \"d\"],"))
          .nodes.at(0);
  EXPECT_THAT(node.before_deploy, ElementsAre("a && b"));
  EXPECT_THAT(node.after_deploy, ElementsAre("c", "d"));
}

TEST(Hooks, OfAnAppAreTheDefaultOfItsNodes) {
  const Node node = app_of(config_with("\"before_deploy\": \"app\", \"after_deploy\": \"app\",",
                                       "\"after_deploy\": [\"own\"],"))
                        .nodes.at(0);
  EXPECT_THAT(node.before_deploy, ElementsAre("app"));
  EXPECT_THAT(node.after_deploy, ElementsAre("own"));
}

TEST(Hooks, ThatAreEmptyInANodeSwitchOffThoseOfTheApp) {
  const Node node = app_of(config_with("\"before_deploy\": \"app\", \"after_deploy\": \"app\",",
                                       "\"before_deploy\": \"\", \"after_deploy\": [],"))
                        .nodes.at(0);
  EXPECT_THAT(node.before_deploy, IsEmpty());
  EXPECT_THAT(node.after_deploy, IsEmpty());
}

TEST(Hooks, CannotHoldANulCharacter) {
  EXPECT_THAT(problems_of(config_with("", R"("after_deploy": "a\u0000b",)")),
              ElementsAre("4:17: \"after_deploy\": a command cannot contain a NUL character"));
}

TEST(LoadConfig, ReadsAFile) {
  const fs::path file = fs::path{testing::TempDir()} / "server.json";
  std::ofstream{file} << "{\"debug\": true}";
  const auto loaded = load_config(file);
  fs::remove(file);
  ASSERT_TRUE(loaded);
  EXPECT_TRUE(loaded->config.debug);
  EXPECT_EQ(loaded->config.data_dir.parent_path(), file.parent_path());
}

TEST(LoadConfig, SaysWhichFileItCannotRead) {
  const auto loaded = load_config("/no/such/server.json");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().message, "cannot open /no/such/server.json: No such file or directory");
  EXPECT_FALSE(load_config("/"));
}

}  // namespace
}  // namespace slipway::server::config
