#include "server/http/problem.h"

#include <gtest/gtest.h>

#include "http_fixture.h"
#include "server/rollout/refusal.h"

namespace slipway::server::http {
namespace {

using rollout::Refusal;

TEST(Problem, IsAnRfc9457Document) {
  const Response response = to_response({ProblemCode::not_found, "there is no app \"x\""});
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.headers.find("content-type"), "application/problem+json");
  const auto document = json_of(response);
  EXPECT_EQ(document.at("type"), "/problems/not_found");
  EXPECT_EQ(document.at("status"), 404);
  EXPECT_EQ(document.at("title"), "Not found");
  EXPECT_EQ(document.at("detail"), "there is no app \"x\"");
  EXPECT_EQ(document.size(), 4U);
}

TEST(Problem, ShowsNoCredentialsAndOnlyText) {
  const auto document =
      json_of(to_response({ProblemCode::node_failed, "cannot fetch https://me:secret@host/x \xff"}));
  EXPECT_EQ(document.at("detail"), "cannot fetch https://***@host/x \xef\xbf\xbd");
}

TEST(Problem, EveryRefusalHasItsStatus) {
  const auto status = [](Refusal why) { return status_of(to_problem({why, ""}, true).code); };
  EXPECT_EQ(status(Refusal::invalid), 422);
  EXPECT_EQ(status(Refusal::unknown_app), 404);
  EXPECT_EQ(status(Refusal::not_found), 404);
  EXPECT_EQ(status(Refusal::conflict), 409);
  EXPECT_EQ(status(Refusal::node_failed), 502);
  EXPECT_EQ(status(Refusal::no_node), 503);
  EXPECT_EQ(status(Refusal::timeout), 504);
}

TEST(Problem, AnInvalidQuestionWithoutABodyIsABadRequest) {
  EXPECT_EQ(status_of(to_problem({Refusal::invalid, ""}, false).code), 400);
}

TEST(Head, EveryResponseCarriesTheSecurityHeaders) {
  const std::string head = serialize_head(to_response({ProblemCode::internal, ""}), Framing::length, false);
  for (const char* line : {"Content-Security-Policy: default-src 'self';",
                           "X-Content-Type-Options: nosniff\r\n", "Referrer-Policy: no-referrer\r\n",
                           "X-Frame-Options: DENY\r\n", "Cross-Origin-Opener-Policy: same-origin\r\n",
                           "Cache-Control: no-store\r\n", "Connection: close\r\n"}) {
    EXPECT_NE(head.find(line), std::string::npos) << line;
  }
  EXPECT_EQ(head.find("unsafe-inline"), std::string::npos);
  EXPECT_TRUE(head.starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
  EXPECT_TRUE(head.ends_with("\r\n\r\n"));
}

TEST(Head, AValueCannotStartAnotherHeader) {
  Response response;
  response.headers.add("Location", "/x\r\nSet-Cookie: a=b");
  const std::string head = serialize_head(response, Framing::length, true);
  EXPECT_NE(head.find("Location: /x  Set-Cookie: a=b\r\n"), std::string::npos);
}

}  // namespace
}  // namespace slipway::server::http
