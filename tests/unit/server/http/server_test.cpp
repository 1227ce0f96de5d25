#include "server/http/server.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <filesystem>
#include <set>

#include "base/id.h"
#include "live_server.h"
#include "server/fleet/test_links.h"
#include "server/http/router.h"
#include "server/http/views.h"
#include "server/store/journal.h"

namespace slipway::server::http {
namespace {

namespace fs = std::filesystem;

using testing::HasSubstr;
using testing::StartsWith;

config::Config demo_config() {
  config::Config config;
  config.apps.push_back({.name = "演示 app",
                         .url = "https://me:secret@example.com/x.git",
                         .nodes = {{.alias = "api/1", .addr = {"127.0.0.1", 1}, .path = "/srv/app"}}});
  return config;
}

store::Deployment deployment(std::int64_t id, store::DeploymentState state) {
  store::Deployment made{.id = id, .app = "演示 app", .action = "update", .revision = "abc", .state = state};
  made.created_at = base::from_unix_ms(1'700'000'000'000);
  made.nodes.push_back({.alias = "api/1", .state = store::NodeState::succeeded, .output_bytes = 1'000'000});
  made.nodes.back().order_id = base::make_id();
  made.nodes.back().delivery = store::Delivery::settled;
  return made;
}

store::EventPtr event(std::int64_t id, std::string type, std::optional<std::int64_t> of) {
  auto made = std::make_shared<store::Event>();
  made->id = id;
  made->type = std::move(type);
  made->deployment = of;
  made->data = "{\"n\":" + std::to_string(id) + "}";
  return made;
}

// A server with a history and without agents.
class ServerTest : public testing::Test {
 protected:
  ServerTest()
      : store_(store::Store::open(directory_).value()),
        ended_(deployment(1, store::DeploymentState::succeeded)),
        database_((fill(), std::move(store_))),
        events_(loop_.executor(), database_, 4),
        journal_(loop_.executor(), database_, events_, log_,
                 [](const base::Error& error) { ADD_FAILURE() << error.message; }),
        links_(config_, database_),
        access_(loop_.executor(), config_, database_, directory_, log_),
        fleet_(loop_.executor(), config_, links_.credentials(base::make_id()), log_),
        engine_(loop_.executor(), config_, fleet_, database_, journal_, log_),
        http_(loop_.executor(), {config_, fleet_, engine_, database_, events_, access_, log_, "9.9"}) {
    EXPECT_TRUE(http_.listen("127.0.0.1", 0));
    loop_.start();
    loop_.run(begin());
    address_ = http_.addresses().at(0);
  }
  ~ServerTest() override {
    loop_.run(end());
    fs::remove_all(directory_);
  }

  asio::awaitable<void> begin() {
    EXPECT_TRUE(co_await access_.open());
    journal_.start();
    co_await engine_.open();
    http_.start();
  }
  asio::awaitable<void> end() {
    co_await http_.stop();
    co_await engine_.stop();
    co_await journal_.stop();
  }

  void fill() {
    for (std::size_t index = 0; index < 1'000'000; ++index) output_ += static_cast<char>(index % 251);
    store::Batch batch;
    batch.created.push_back(ended_);
    batch.output.push_back({ended_.nodes[0].order_id, 0, output_});
    batch.events = {event(1, "deployment", 1), event(2, "node", std::nullopt), event(3, "deployment_node", 1),
                    event(4, "deployment", 1)};
    EXPECT_TRUE(store_->write(batch));
    soci::session& sql = store_->session();
    EXPECT_TRUE(access::add_account(sql, {.name = "ada", .role = access::Role::admin}));
    token_ = access::add_token(sql, {.name = "test", .account = "ada", .role = access::Role::admin})->secret;
  }

  // With the credentials of an admin.
  std::string known(std::string_view request) const {
    std::string text{request};
    const std::size_t line = text.find("\r\n") + 2;
    return text.insert(line, "Authorization: Bearer " + token_ + "\r\n");
  }

  Client::Answer post(std::string_view path, std::string_view body,
                      std::string_view headers = "Content-Type: application/json\r\n") {
    Client client{address_};
    client.send(known(fmt::format("POST {} HTTP/1.1\r\nHost: localhost\r\n{}Content-Length: {}\r\n\r\n{}",
                                  path, headers, body.size(), body)));
    return client.response();
  }
  Client::Answer get(std::string_view path, std::string_view headers = "") {
    Client client{address_};
    client.send(known(fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\n{}\r\n", path, headers)));
    return client.response();
  }

  fs::path directory_ = fs::temp_directory_path() / ("slipway-http-" + base::make_id());
  base::Logger log_ = base::make_null_logger();
  config::Current config_{demo_config()};
  std::string output_;
  std::string token_;
  Loop loop_;
  std::unique_ptr<store::Store> store_;
  store::Deployment ended_;
  store::Database database_;
  store::EventLog events_;
  store::Journal journal_;
  test::TestLinks links_;
  access::Access access_;
  fleet::Fleet fleet_;
  rollout::Engine engine_;
  HttpServer http_;
  std::string address_;
};

constexpr std::string_view output_path = "/api/v1/deployments/1/nodes/api%2F1/output";
constexpr std::string_view app_path = "/api/v1/apps/%E6%BC%94%E7%A4%BA%20app";

TEST_F(ServerTest, IsHealthy) {
  EXPECT_EQ(get("/healthz").body, R"({"status":"ok","version":"9.9"})");
}

TEST_F(ServerTest, ShowsAppsWithoutCredentials) {
  const auto answer = get("/api/v1/apps");
  EXPECT_EQ(answer.status, 200);
  const auto list = boost::json::parse(answer.body);
  EXPECT_EQ(list.at("last_event_id"), 4);
  const auto& app = list.at("apps").at(0);
  EXPECT_EQ(app.at("name"), "演示 app");
  EXPECT_EQ(app.at("url"), "https://***@example.com/x.git");
  EXPECT_TRUE(app.at("branch").is_null());
  EXPECT_EQ(app.at("layout"), "in_place");
  EXPECT_EQ(app.at("last_deployment"), 1);
  EXPECT_TRUE(app.at("running_deployment").is_null());
  EXPECT_EQ(app.at("nodes").at(0).at("online"), false);
  EXPECT_TRUE(app.at("nodes").at(0).at("modified").is_null());
  EXPECT_EQ(get(app_path).body, boost::json::serialize(app));
}

TEST_F(ServerTest, ShowsDeployments) {
  const auto one = get("/api/v1/deployments/1");
  EXPECT_EQ(one.status, 200);
  EXPECT_EQ(boost::json::parse(one.body).at("nodes").at(0).at("output_bytes"), 1'000'000);
  const auto list = boost::json::parse(get("/api/v1/deployments?app=%E6%BC%94%E7%A4%BA+app&limit=1").body);
  EXPECT_EQ(list.at("deployments").at(0).at("id"), 1);
  EXPECT_EQ(list.at("more"), false);
}

TEST_F(ServerTest, WhatDoesNotExistIsAProblemDocument) {
  for (const char* path : {"/api/v1/apps/nix", "/api/v1/deployments/99", "/api/v1/deployments/x",
                           "/api/v1/deployments?app=nix", "/api/v1/deployments/99/events",
                           "/api/v1/deployments/1/nodes/nix/output", "/api/v1/nix", "/assets/nix.js"}) {
    const auto answer = get(path);
    EXPECT_EQ(answer.status, 404) << path;
    EXPECT_THAT(answer.head, HasSubstr("Content-Type: application/problem+json\r\n")) << path;
    EXPECT_EQ(boost::json::parse(answer.body).at("type"), "/problems/not_found") << path;
  }
  EXPECT_EQ(get("/api/v1/deployments?limit=0").status, 400);
  EXPECT_EQ(get("/api/v1/deployments?before=0").status, 400);
  EXPECT_EQ(get("/api/v1/events?last_event_id=x").status, 400);
}

TEST_F(ServerTest, AnotherMethodIsRefusedWithTheOnesThereAre) {
  const auto answer = post("/api/v1/apps", "{}");
  EXPECT_EQ(answer.status, 405);
  EXPECT_THAT(answer.head, HasSubstr("Allow: GET, HEAD\r\n"));
  EXPECT_EQ(post("/somewhere", "{}").status, 405);
}

TEST_F(ServerTest, RequestsForADeploymentAreChecked) {
  const std::string path = std::string(app_path) + "/deployments";
  EXPECT_EQ(post(path, R"({"action":"update"})", "").status, 415);
  EXPECT_EQ(post(path, "no json").status, 400);
  EXPECT_EQ(post(path, R"({"action":"explode"})").status, 422);
  EXPECT_EQ(post(path, R"({"action":"update","revision":"-x"})").status, 422);
  EXPECT_EQ(post(path, R"({"action":"update"})").status, 503);
  EXPECT_EQ(post("/api/v1/apps/nix/deployments", R"({"action":"update"})").status, 404);
  EXPECT_EQ(post(path, R"({"action":"update"})",
                 "Content-Type: application/json\r\nOrigin: http://evil.example\r\n")
                .status,
            403);
}

TEST_F(ServerTest, AnEndedDeploymentCannotBeCancelled) {
  EXPECT_EQ(post("/api/v1/deployments/1/cancel", "", "").status, 409);
  EXPECT_EQ(post("/api/v1/deployments/2/cancel", "", "").status, 404);
}

// Of the server's own table: a route that is added later is met here too.
TEST_F(ServerTest, EveryRouteThatIsNotOpenToAllRefusesWhoeverIsNotKnown) {
  const std::set<std::string_view> open{"getHealth", "logIn", "renewSession"};
  for (const Route& route : routes()) {
    EXPECT_EQ(route.need.nobody(), open.contains(route.operation_id)) << route.operation_id;
    if (route.need.nobody()) continue;
    std::string path{route.pattern};
    for (std::size_t at = path.find('{'); at != std::string::npos; at = path.find('{'))
      path.replace(at, path.find('}') - at + 1, "1");
    for (const std::string_view credentials :
         {"", "Authorization: Bearer slp_wrong\r\n", "Authorization: Bearer a.b.c\r\n",
          "Authorization: Basic YTpi\r\n", "Cookie: slipway=a.b.c\r\n", "X-Remote-User: ada\r\n"}) {
      Client client{address_};
      client.send(fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\n{}Content-Length: 0\r\n\r\n",
                              route.method, path, credentials));
      const auto answer = client.response();
      EXPECT_EQ(answer.status, 401) << route.operation_id << " " << credentials;
      EXPECT_THAT(answer.head, HasSubstr("WWW-Authenticate: Bearer"));
    }
  }
}

TEST_F(ServerTest, OutputArrivesByteForByte) {
  const auto whole = get(output_path);
  EXPECT_EQ(whole.status, 200);
  EXPECT_EQ(whole.body, output_);
  EXPECT_THAT(whole.head, HasSubstr("Content-Type: application/octet-stream\r\n"));
  EXPECT_THAT(whole.head, HasSubstr("Content-Disposition: inline; filename=\"deployment-1-api_1.log\""));
  const auto part = get(output_path, "Range: bytes=300000-799999\r\n");
  EXPECT_EQ(part.status, 206);
  EXPECT_THAT(part.head, HasSubstr("Content-Range: bytes 300000-799999/1000000\r\n"));
  EXPECT_EQ(part.body, output_.substr(300'000, 500'000));
  EXPECT_EQ(get(output_path, "Range: bytes=-5\r\n").body, output_.substr(999'995));
  EXPECT_EQ(get(output_path, "Range: bytes=0-1,5-6\r\n").status, 200);
  const auto behind = get(output_path, "Range: bytes=1000000-\r\n");
  EXPECT_EQ(behind.status, 416);
  EXPECT_THAT(behind.head, HasSubstr("Content-Range: bytes */1000000\r\n"));
}

TEST_F(ServerTest, HeadOfOutputTellsItsLength) {
  Client client{address_};
  client.send(
      known(fmt::format("HEAD {} HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-5\r\n\r\n", output_path)));
  const auto answer = client.response(true);
  EXPECT_EQ(answer.status, 200);
  EXPECT_THAT(answer.head, HasSubstr("Content-Length: 1000000\r\n"));
  EXPECT_EQ(client.get("/healthz").status, 200);
}

// The chunks' bytes, without what stands around them.
std::string dechunked(std::string text) {
  std::string body;
  for (;;) {
    const std::size_t line = text.find("\r\n");
    if (line == std::string::npos) return body;
    const std::size_t size = std::stoul(text.substr(0, line), nullptr, 16);
    if (size == 0) return body + "<end>";
    body += text.substr(line + 2, size);
    text.erase(0, line + 2 + size + 2);
  }
}

TEST_F(ServerTest, AnEndedDeploymentIsToldFromItsBeginningAndEnds) {
  Client client{address_};
  client.send(known("GET /api/v1/deployments/1/events HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  const std::string head = client.read_until("\r\n\r\n");
  EXPECT_THAT(head, HasSubstr("Content-Type: text/event-stream\r\n"));
  EXPECT_THAT(head, HasSubstr("X-Accel-Buffering: no\r\n"));
  EXPECT_EQ(dechunked(client.read_all()),
            ": connected\nretry: 2000\n\n"
            "id: 1\nevent: deployment\ndata: {\"n\":1}\n\n"
            "id: 3\nevent: deployment_node\ndata: {\"n\":3}\n\n"
            "id: 4\nevent: deployment\ndata: {\"n\":4}\n\n"
            "event: end\ndata: {}\n\n<end>");
}

TEST_F(ServerTest, AStreamGoesOnAfterTheEventThatIsNamed) {
  Client client{address_};
  client.send(
      known("GET /api/v1/deployments/1/events HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 3\r\n\r\n"));
  client.read_until("\r\n\r\n");
  EXPECT_THAT(dechunked(client.read_all()),
              testing::EndsWith(
                  "2000\n\nid: 4\nevent: deployment\ndata: {\"n\":4}\n\nevent: end\ndata: {}\n\n<end>"));
}

TEST_F(ServerTest, AnIdThatWasNeverGivenTellsADeploymentFromItsBeginning) {
  Client client{address_};
  client.send(known("GET /api/v1/deployments/1/events?last_event_id=99 HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  EXPECT_THAT(client.read_all(), HasSubstr("id: 1\n"));
}

TEST_F(ServerTest, EventsArriveAsTheyHappen) {
  Client news{address_};
  Client resumed{address_};
  Client lost{address_};
  news.send(known("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  resumed.send(known("GET /api/v1/events?last_event_id=1 HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  lost.send(known("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 1000\r\n\r\n"));
  for (Client* client : {&news, &resumed, &lost}) client->read_until("retry: 2000\n\n");
  asio::post(loop_.executor(), [this] {
    journal_.node(boost::json::serialize(
        node_event("演示 app", fleet_.view(config_.get()->apps[0], config_.get()->apps[0].nodes[0]))));
  });
  EXPECT_THAT(news.read_until("\n\n"),
              HasSubstr("id: 5\nevent: node\ndata: {\"app\":\"演示 app\",\"node\":{\"alias\":\"api/1\""));
  EXPECT_EQ(lost.read_until("\n\n"), "event: reset\ndata: {}\n\n");
  EXPECT_THAT(lost.read_until("\n\n"), HasSubstr("id: 5\n"));
  EXPECT_THAT(resumed.read_until("id: 5\n"), HasSubstr("id: 2\nevent: node\ndata: {\"n\":2}\n\nid: 3\n"));
}

TEST_F(ServerTest, ARunningDeploymentEndsTheStreamWhenItEnds) {
  auto running = deployment(2, store::DeploymentState::running);
  asio::post(loop_.executor(), [this, &running] { journal_.created(running); });
  Client waiting{address_};
  waiting.send(known("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: 4\r\n\r\n"));
  waiting.read_until("deployment_node");
  Client client{address_};
  client.send(known("GET /api/v1/deployments/2/events HTTP/1.1\r\nHost: localhost\r\n\r\n"));
  EXPECT_THAT(client.read_until("deployment_node"), HasSubstr("event: deployment\n"));
  asio::post(loop_.executor(), [this, &running] {
    journal_.output(running, running.nodes[0], "switch", "stdout", 1'000'000, "last words");
    running.state = store::DeploymentState::failed;
    journal_.changed(running);
  });
  const std::string rest = client.read_all();
  EXPECT_THAT(rest, HasSubstr("\"text\":\"last words\""));
  EXPECT_THAT(rest, HasSubstr("\"state\":\"failed\""));
  EXPECT_LT(rest.find("failed"), rest.find("event: end\n"));
}

TEST_F(ServerTest, ThePageIsServedAtItsOwnAddresses) {
  const auto page = get("/apps/x");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.head, HasSubstr("Content-Type: text/html; charset=utf-8\r\n"));
  EXPECT_THAT(page.body, StartsWith("<!doctype html>"));
  const std::size_t tag = page.head.find("ETag: ") + 6;
  const auto again =
      get("/", "If-None-Match: " + page.head.substr(tag, page.head.find('\r', tag) - tag) + "\r\n");
  EXPECT_EQ(again.status, 304);
  EXPECT_EQ(get("/", "Accept-Encoding: gzip\r\n").body.substr(0, 2), "\x1f\x8b");
}

}  // namespace
}  // namespace slipway::server::http
