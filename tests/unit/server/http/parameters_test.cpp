#include "server/http/parameters.h"

#include <gmock/gmock.h>

#include "http_fixture.h"
#include "server/http/body.h"
#include "server/http/event_format.h"
#include "server/rollout/refusal.h"

namespace slipway::server::http {
namespace {

using testing::HasSubstr;

TEST(Limit, Is20UnlessGiven) {
  EXPECT_EQ(limit_of(make_request("GET", "/")), 20);
  EXPECT_EQ(limit_of(make_request("GET", "/?limit=1")), 1);
  EXPECT_EQ(limit_of(make_request("GET", "/?limit=200")), 200);
}

TEST(Limit, OutOfRangeIsABadRequest) {
  for (const char* target : {"/?limit=0", "/?limit=201", "/?limit=-1", "/?limit=", "/?limit=x", "/?limit=1.5",
                             "/?limit=+5", "/?limit=99999999999999999999"}) {
    const auto limit = limit_of(make_request("GET", target));
    ASSERT_FALSE(limit) << target;
    EXPECT_EQ(limit.error().code, ProblemCode::bad_request);
    EXPECT_THAT(limit.error().detail, HasSubstr("limit"));
  }
}

TEST(DeploymentId, WhatIsNoNumberIsNotFound) {
  Request request = make_request("GET", "/");
  for (const char* text : {"0", "-1", "abc", "1x", "99999999999999999999"}) {
    request.parameters["id"] = text;
    const auto id = deployment_id_of(request);
    ASSERT_FALSE(id) << text;
    EXPECT_EQ(id.error().code, ProblemCode::not_found);
  }
  request.parameters["id"] = "12";
  EXPECT_EQ(deployment_id_of(request), 12);
}

TEST(BeforeRevision, IsOneThatCouldBeInAHistory) {
  EXPECT_EQ(before_revision_of(make_request("GET", "/?before=abc")).value(), "abc");
  EXPECT_EQ(before_revision_of(make_request("GET", "/")).value(), std::nullopt);
  for (const std::string& text : {std::string{}, std::string{"--upload-pack=x"}, std::string(201, 'a')}) {
    EXPECT_FALSE(before_revision_of(make_request("GET", "/?before=" + text))) << text;
  }
}

TEST(LastEventId, TheHeaderComesBeforeTheQuery) {
  EXPECT_EQ(last_event_id_of(make_request("GET", "/?last_event_id=5")).value(), 5);
  EXPECT_EQ(last_event_id_of(make_request("GET", "/?last_event_id=5", {{"Last-Event-ID", "7"}})).value(), 7);
  EXPECT_EQ(last_event_id_of(make_request("GET", "/")).value(), std::nullopt);
  EXPECT_FALSE(last_event_id_of(make_request("GET", "/?last_event_id=x")));
  EXPECT_FALSE(last_event_id_of(make_request("GET", "/", {{"Last-Event-ID", "-1"}})));
}

TEST(App, AMistypedNameGetsAHint) {
  config::Config config;
  config.apps.push_back({.name = "website"});
  const config::Current current{std::move(config)};
  EXPECT_EQ(find_app(current, "website").value()->name, "website");
  EXPECT_EQ(find_app(current, "websitee").error().detail,
            "there is no app \"websitee\"; did you mean \"website\"?");
  EXPECT_EQ(find_app(current, "x").error().code, ProblemCode::not_found);
}

Checked<rollout::Request> read(std::string body, std::string type = "application/json; charset=utf-8") {
  Request request = make_request("POST", "/", {{"Content-Type", std::move(type)}});
  request.body = std::move(body);
  return read_body<rollout::Request>(request);
}

TEST(DeploymentRequest, IsRead) {
  const auto request = read(R"({"action":"rollback","revision":"abc","nodes":["a","b"],"note":"n"})").value();
  EXPECT_EQ(request.action, "rollback");
  EXPECT_EQ(request.revision, "abc");
  EXPECT_THAT(request.nodes.value(), testing::ElementsAre("a", "b"));
  EXPECT_EQ(read(R"({"action":"update"})", "APPLICATION/JSON").value().revision, std::nullopt);
}

TEST(DeploymentRequest, IsSentAsJson) {
  for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded", "application/jsonp"}) {
    EXPECT_EQ(read(R"({"action":"update"})", type).error().code, ProblemCode::unsupported_media_type) << type;
  }
  for (const char* body : {"", "{", "action=update", "{\"a\":\"\xff\"}", "{} {}"}) {
    EXPECT_EQ(read(body).error().code, ProblemCode::bad_request) << body;
  }
}

TEST(DeploymentRequest, TheWrongMemberIsNamed) {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"{}", "action"},
      {"[]", "object"},
      {R"({"action":1})", "action"},
      {R"({"action":"update","revison":"x"})", "did you mean \"revision\"?"},
      {R"({"action":"update","nodes":"a"})", "nodes"},
      {R"({"action":"update","nodes":["a",1]})", "nodes"},
      {R"({"action":"update","revision":null})", "revision"},
      {R"({"action":"update","note":{}})", "note"}};
  for (const auto& [body, named] : cases) {
    const auto request = read(body);
    ASSERT_FALSE(request) << body;
    EXPECT_EQ(request.error().code, ProblemCode::invalid) << body;
    EXPECT_THAT(request.error().detail, HasSubstr(named)) << body;
  }
}

TEST(EventFormat, EachEventHasIdNameAndData) {
  const auto node = std::make_shared<store::Event>();
  node->id = 7;
  node->type = "node";
  node->data = R"({"app":"x"})";
  const auto output = std::make_shared<store::Event>(*node);
  output->id = 9;
  output->type = "output";
  EXPECT_EQ(format_events({node, output}),
            "id: 7\nevent: node\ndata: {\"app\":\"x\"}\n\nid: 9\nevent: output\ndata: {\"app\":\"x\"}\n\n");
}

TEST(EventFormat, TheStreamOpensAtOnceAndEndsWithoutAnId) {
  EXPECT_EQ(stream_start(), ": connected\nretry: 2000\n\n");
  EXPECT_EQ(stream_end(), "event: end\ndata: {}\n\n");
}

}  // namespace
}  // namespace slipway::server::http
