#include "server/http/origin_check.h"

#include <gtest/gtest.h>

#include "http_fixture.h"

namespace slipway::server::http {
namespace {

bool allowed(const std::string& method, Headers headers) {
  const auto problem = check_origin(make_request(method, "/api/v1/apps", std::move(headers)));
  if (problem) EXPECT_EQ(problem->code, ProblemCode::forbidden);
  return !problem;
}

bool believed_behind_a_proxy(const char* host) {
  return !check_proxied_host(make_request("GET", "/api/v1/apps", {{"Host", host}}));
}

TEST(ProxiedHost, WhatNoNameServerCanBeMadeToAnswerPasses) {
  for (const char* host :
       {"localhost", "localhost:8082", "LocalHost:1", "127.0.0.1", "127.0.0.1:8082", "127.9.9.9:80", "[::1]",
        "[::1]:8082", "[0:0::1]:8082", "192.168.1.5:8082", "[::2]:8082"}) {
    EXPECT_TRUE(believed_behind_a_proxy(host)) << host;
  }
}

TEST(ProxiedHost, ANameIsNotBelieved) {
  for (const char* host :
       {"evil.example", "evil.example:8082", "localhost.evil.example", "127.0.0.1.evil.example", "", ":8082",
        "[::1", "localhost:x", "user@localhost", "localhost/"}) {
    EXPECT_FALSE(believed_behind_a_proxy(host)) << host;
  }
}

TEST(ProxiedHost, TheRefusalTellsWhatTheProxyMustDo) {
  const auto problem = check_proxied_host(make_request("GET", "/", {{"Host", "deploy.example.com"}}));
  ASSERT_TRUE(problem);
  EXPECT_NE(problem->detail.find("Host: 127.0.0.1"), std::string::npos);
  EXPECT_NE(problem->detail.find("deploy.example.com"), std::string::npos);
}

TEST(ProxiedHost, TheTargetsHostCountsWhereThereIsOne) {
  EXPECT_TRUE(check_proxied_host(make_request("GET", "http://evil.example/", {{"Host", "localhost"}})));
}

TEST(ProxiedHost, AnOldClientNeedsNoHost) {
  Request request = make_request("GET", "/");
  EXPECT_TRUE(check_proxied_host(request));
  request.http_1_0 = true;
  EXPECT_FALSE(check_proxied_host(request));
}

TEST(OriginCheck, ScriptsSendNoOriginAndPass) {
  EXPECT_TRUE(allowed("POST", {{"Host", "127.0.0.1:8082"}}));
}

TEST(OriginCheck, ThePagesOwnRequestsPass) {
  EXPECT_TRUE(allowed(
      "POST",
      {{"Host", "127.0.0.1:8082"}, {"Origin", "http://127.0.0.1:8082"}, {"Sec-Fetch-Site", "same-origin"}}));
  EXPECT_TRUE(allowed("POST", {{"Host", "localhost:80"}, {"Origin", "http://LOCALHOST"}}));
  EXPECT_TRUE(allowed("POST", {{"Host", "[::1]:8082"}, {"Origin", "http://[::1]:8082"}}));
}

TEST(OriginCheck, OtherPagesMayNotChangeAnything) {
  for (const char* origin : {"http://evil.example", "null", "http://localhost:3000", "http://127.0.0.1:8083",
                             "https://127.0.0.1", ""}) {
    EXPECT_FALSE(allowed("POST", {{"Host", "127.0.0.1:8082"}, {"Origin", origin}})) << origin;
  }
  EXPECT_FALSE(allowed("POST", {{"Host", "127.0.0.1:8082"}, {"Sec-Fetch-Site", "cross-site"}}));
  EXPECT_FALSE(allowed("POST", {{"Host", "127.0.0.1:8082"}, {"Sec-Fetch-Site", "same-site"}}));
}

TEST(OriginCheck, ReadingIsLeftToTheBrowsersOwnRules) {
  EXPECT_TRUE(allowed("GET", {{"Host", "127.0.0.1:8082"}, {"Origin", "http://evil.example"}}));
}

TEST(OriginCheck, AProxyPassesTheBrowsersHost) {
  const Headers headers{{"Host", "127.0.0.1"},
                        {"Origin", "https://deploy.example.com"},
                        {"X-Forwarded-Host", "deploy.example.com"}};
  EXPECT_TRUE(allowed("POST", headers));
}

}  // namespace
}  // namespace slipway::server::http
