#include "server/http/router.h"

#include <gmock/gmock.h>

#include <set>

#include "base/file.h"
#include "http_fixture.h"
#include "server/http/context.h"

namespace slipway::server::http {
namespace {

using testing::ElementsAre;
using testing::Pair;

auto find(const std::string& method, std::string_view path) {
  return find_route(routes(), method, parse_target(path).value().segments);
}

std::string operation(const std::string& method, std::string_view path) {
  const auto found = find(method, path);
  const auto* match = std::get_if<Match>(&found);
  return match == nullptr ? "" : std::string{match->route->operation_id};
}

TEST(Router, FindsTheOperationAndItsParameters) {
  const auto found = find("GET", "/api/v1/deployments/12/nodes/api%2F1/output");
  const auto& match = std::get<Match>(found);
  EXPECT_EQ(match.route->operation_id, "getOutput");
  EXPECT_THAT(match.parameters, ElementsAre(Pair("alias", "api/1"), Pair("id", "12")));
}

TEST(Router, TellsOperationsOfOnePathApart) {
  EXPECT_EQ(operation("GET", "/api/v1/deployments/12"), "getDeployment");
  EXPECT_EQ(operation("GET", "/api/v1/deployments/12/events"), "followDeployment");
  EXPECT_EQ(operation("POST", "/api/v1/deployments/12/cancel"), "cancelDeployment");
  EXPECT_EQ(operation("GET", "/api/v1/apps/events"), "getApp");
  EXPECT_EQ(operation("GET", "/healthz"), "getHealth");
}

TEST(Router, HeadAsksLikeGet) {
  EXPECT_EQ(operation("HEAD", "/api/v1/apps"), "listApps");
}

TEST(Router, WhatDoesNotExistIsNotFound) {
  for (const char* path : {"/", "/api", "/api/v1", "/api/v1/apps/", "/api/v1/apps/x/", "/api/v2/apps",
                           "/API/v1/apps", "/api/v1//apps", "/healthz/"}) {
    EXPECT_TRUE(std::holds_alternative<NoSuchPath>(find("GET", path))) << path;
  }
}

TEST(Router, AnotherMethodIsToldWhichOnesThereAre) {
  const auto get_only = find("DELETE", "/api/v1/apps");
  EXPECT_EQ(std::get<NoSuchMethod>(get_only).allowed, "GET, HEAD");
  const auto post_only = find("GET", "/api/v1/apps/x/deployments");
  EXPECT_EQ(std::get<NoSuchMethod>(post_only).allowed, "POST");
  const auto options = find("OPTIONS", "/api/v1/apps");
  EXPECT_EQ(std::get<NoSuchMethod>(options).allowed, "GET, HEAD");
}

TEST(Router, EveryOperationHasItsOwnName) {
  std::set<std::string_view> names;
  for (const Route& route : routes())
    EXPECT_TRUE(names.insert(route.operation_id).second) << route.operation_id;
}

TEST(Router, HasTheOperationsThatAreDescribedAndNoOthers) {
  const std::string description = base::read_file(SLIPWAY_SOURCE_DIR "/docs/openapi.yaml").value();
  constexpr std::string_view key = "operationId: ";
  std::multiset<std::string> described;
  for (std::size_t at = description.find(key); at != std::string::npos; at = description.find(key, at + 1))
    described.insert(description.substr(at + key.size(), description.find('\n', at) - at - key.size()));
  std::multiset<std::string> served;
  for (const Route& route : routes()) served.emplace(route.operation_id);
  EXPECT_EQ(served, described);
}

}  // namespace
}  // namespace slipway::server::http
