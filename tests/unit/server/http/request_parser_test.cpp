#include "server/http/request_parser.h"

#include <gtest/gtest.h>

namespace slipway::server::http {
namespace {

struct Parsed {
  std::optional<Problem> problem;
  std::optional<Request> request;
  std::size_t left = 0;  // bytes behind the request
};

// Feeds `step` bytes at a time, keeping what was not used, as a connection does.
Parsed parse(std::string_view text, std::size_t step, const Limits& limits = {}) {
  RequestParser parser{limits};
  std::string buffer;
  while (!parser.done() && !text.empty()) {
    buffer += text.substr(0, step);
    text.remove_prefix(std::min(step, text.size()));
    const auto used = parser.feed(buffer);
    if (!used) return {used.error(), std::nullopt, 0};
    buffer.erase(0, *used);
  }
  if (!parser.done()) return {std::nullopt, std::nullopt, 0};
  auto request = parser.take();
  if (!request) return {request.error(), std::nullopt, 0};
  return {std::nullopt, std::move(*request), buffer.size() + text.size()};
}

class AnyStep : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Steps, AnyStep, testing::Values(1, 2, 3, 7, 100000));

TEST_P(AnyStep, ARequestWithABodyIsRead) {
  const auto parsed = parse(
      "POST /a%20b?x=1 HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
      "7\r\n\r\n{\"a\":1}GET /",
      GetParam());
  ASSERT_TRUE(parsed.request);
  EXPECT_EQ(parsed.request->method, "POST");
  EXPECT_EQ(parsed.request->target.segments.at(0), "a b");
  EXPECT_EQ(parsed.request->headers.find("content-TYPE"), "application/json");
  EXPECT_EQ(parsed.request->body, "{\"a\":1}");
  EXPECT_TRUE(parsed.request->keep_alive);
  EXPECT_EQ(parsed.left, 5U);
}

TEST_P(AnyStep, AChunkedBodyIsRead) {
  const auto parsed = parse(
      "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n",
      GetParam());
  ASSERT_TRUE(parsed.request);
  EXPECT_EQ(parsed.request->body, "abcde");
}

TEST_P(AnyStep, EmptyLinesBeforeARequestArePassedOver) {
  const auto parsed = parse("\r\n\r\nGET / HTTP/1.1\r\nHost: localhost\r\n\r\n", GetParam());
  ASSERT_TRUE(parsed.request);
  EXPECT_EQ(parsed.request->method, "GET");
}

TEST_P(AnyStep, ATooLargeHeaderIsRefused) {
  const std::string text = "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(20000, 'x') + "\r\n\r\n";
  const auto parsed = parse(text, GetParam());
  ASSERT_TRUE(parsed.problem);
  EXPECT_EQ(parsed.problem->code, ProblemCode::header_too_large);
}

TEST_P(AnyStep, ATooLargeChunkedBodyIsRefused) {
  std::string text = "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int chunk = 0; chunk < 70; ++chunk) text += "400\r\n" + std::string(1024, 'x') + "\r\n";
  const auto parsed = parse(text, GetParam());
  ASSERT_TRUE(parsed.problem);
  EXPECT_EQ(parsed.problem->code, ProblemCode::too_large);
}

TEST_P(AnyStep, ATooLargeBodyIsRefusedBeforeItIsSent) {
  const auto parsed =
      parse("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 65537\r\n\r\n", GetParam());
  ASSERT_TRUE(parsed.problem);
  EXPECT_EQ(parsed.problem->code, ProblemCode::too_large);
}

class Malformed : public testing::TestWithParam<const char*> {};
TEST_P(Malformed, IsABadRequest) {
  const auto parsed = parse(GetParam(), 100000);
  ASSERT_TRUE(parsed.problem);
  EXPECT_EQ(parsed.problem->code, ProblemCode::bad_request);
}
INSTANTIATE_TEST_SUITE_P(
    Requests, Malformed,
    testing::Values("\x16\x03\x01\x02\x01\x01\xfc\x03 a TLS hello\r\n\r\n", "GET /\r\n\r\n",
                    "GET / HTTP/9.9\r\n\r\n", "GET / HTTP/1.1\r\nHost localhost\r\n\r\n",
                    "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                    "GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
                    "GET x HTTP/1.1\r\nHost: localhost\r\n\r\n",
                    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
                    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                    "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: "
                    "chunked\r\n\r\n0\r\n\r\n",
                    "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                    "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n folded\x01\r\n\r\n"));

TEST(RequestParser, OldClientsCloseUnlessTheySayOtherwise) {
  EXPECT_FALSE(parse("GET / HTTP/1.0\r\n\r\n", 100).request.value().keep_alive);
  EXPECT_TRUE(parse("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 100).request.value().keep_alive);
  EXPECT_FALSE(
      parse("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 100).request.value().keep_alive);
}

TEST(RequestParser, KnowsWhenTheClientWaitsBeforeItSendsTheBody) {
  const std::string header =
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
  RequestParser parser{Limits{}};
  EXPECT_EQ(parser.feed(header), header.size());
  EXPECT_TRUE(parser.expects_continue());
  EXPECT_EQ(parser.feed("ab"), 2U);
  EXPECT_TRUE(parser.done());
  EXPECT_FALSE(parser.expects_continue());
}

TEST(RequestParser, BytesThatMakeNoSenseNeverCrashIt) {
  for (int seed = 0; seed < 2000; ++seed) {
    std::string text =
        "POST /a?b=c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n";
    text.at(static_cast<std::size_t>(seed * 7) % text.size()) = static_cast<char>(seed * 31);
    parse(text, 1 + static_cast<std::size_t>(seed) % 9);
  }
}

}  // namespace
}  // namespace slipway::server::http
