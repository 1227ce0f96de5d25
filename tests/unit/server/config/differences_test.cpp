#include "server/config/differences.h"

#include "config_fixture.h"

namespace slipway::server::config {
namespace {

using testing::ElementsAre;

constexpr std::string_view before = R"({
  "jwt_secret": "one", "debug": false,
  "apps": [
    {"name": "shop", "type": "git", "url": "https://me:secret@host/shop", "timeout": "10m",
     "rollout": {"canary": 1},
     "node": [{"alias": "a", "addr": "127.0.0.1:1", "path": "/srv/a", "after_deploy": "restart --token x"},
              {"alias": "b", "addr": "127.0.0.1:2", "path": "/srv/b"}]},
    {"name": "blog", "type": "git", "node": []}
  ]})";

std::vector<std::string> changes(std::string text, std::string_view from = "", std::string_view to = "") {
  const std::string old = text;
  if (!from.empty()) text.replace(text.find(from), from.size(), to);
  return differences(parse_config(old, "/x/server.json").document,
                     parse_config(text, "/x/server.json").document);
}

TEST(Differences, OfTheSameFileAreNone) {
  EXPECT_THAT(changes(std::string(before)), ElementsAre());
}

TEST(Differences, WhatOnlyLooksDifferentIsNone) {
  EXPECT_THAT(changes(std::string(before), R"("debug": false,)", "/* quiet */ \"debug\":\n false,"),
              ElementsAre());
  EXPECT_THAT(changes(std::string(before), R"("node": [])", R"("nodes": [])"), ElementsAre());
}

TEST(Differences, AppsAndNodesComeAndGo) {
  EXPECT_THAT(changes(std::string(before), R"("name": "blog")", R"("name": "wiki")"),
              ElementsAre("app blog removed", "app wiki added"));
  EXPECT_THAT(changes(std::string(before), R"("alias": "b")", R"("alias": "c")"),
              ElementsAre("app shop: node b removed", "app shop: node c added"));
}

TEST(Differences, ShowBothValuesWhereTheyAreHarmless) {
  EXPECT_THAT(changes(std::string(before), "127.0.0.1:2", "127.0.0.1:3"),
              ElementsAre(R"(app shop: node b: addr changed from "127.0.0.1:2" to "127.0.0.1:3")"));
  EXPECT_THAT(
      changes(std::string(before), R"("canary": 1)", R"("canary": 2, "batch": "25%")"),
      ElementsAre(R"(app shop: rollout.batch set to "25%")", "app shop: rollout.canary changed from 1 to 2"));
  EXPECT_THAT(changes(std::string(before), R"("timeout": "10m",)", ""),
              ElementsAre("app shop: timeout removed"));
}

TEST(Differences, ShowNoSecrets) {
  EXPECT_THAT(changes(std::string(before), R"("one")", R"("two")"), ElementsAre("jwt_secret changed"));
  EXPECT_THAT(changes(std::string(before), "me:secret", "me:other"), ElementsAre("app shop: url changed"));
  EXPECT_THAT(changes(std::string(before), "--token x", "--token y"),
              ElementsAre("app shop: node a: after_deploy changed"));
}

TEST(Differences, TheOrderOfNodesIsOne) {
  const std::string one = R"({"apps":[{"name":"s","type":"git","node":[
    {"alias":"a","addr":"127.0.0.1:1","path":"/a"},{"alias":"b","addr":"127.0.0.1:2","path":"/b"}]}]})";
  const std::string other = R"({"apps":[{"name":"s","type":"git","node":[
    {"alias":"b","addr":"127.0.0.1:2","path":"/b"},{"alias":"a","addr":"127.0.0.1:1","path":"/a"}]}]})";
  EXPECT_THAT(changes(one, one, other), ElementsAre("app s: nodes are in another order"));
}

}  // namespace
}  // namespace slipway::server::config
