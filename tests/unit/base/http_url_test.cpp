#include "base/http_url.h"

#include <gtest/gtest.h>

namespace slipway::base {
namespace {

std::string refusal(std::string_view url) {
  const auto parsed = parse_http_url(url);
  return parsed ? "no refusal" : parsed.error().message;
}

TEST(HttpUrl, IsTakenApart) {
  const HttpUrl url = parse_http_url("http://Host.example:8080/healthz?deep=1#top").value();
  EXPECT_EQ(url.address, (Address{"host.example", 8080}));
  EXPECT_EQ(url.host, "Host.example:8080");
  EXPECT_EQ(url.target, "/healthz?deep=1");
  EXPECT_EQ(url.authorization, "");
}

TEST(HttpUrl, MayLeaveOutPortAndPath) {
  EXPECT_EQ(parse_http_url("http://host").value().address.port, 80);
  EXPECT_EQ(parse_http_url("http://host").value().target, "/");
  EXPECT_EQ(parse_http_url("http://host?x").value().target, "/?x");
  EXPECT_EQ(parse_http_url("http://[::1]/x").value().address, (Address{"::1", 80}));
  EXPECT_EQ(parse_http_url("http://[::1]:81").value().address, (Address{"::1", 81}));
}

TEST(HttpUrl, HidesItsCredentialsAndSendsThem) {
  const HttpUrl url = parse_http_url("http://Aladdin:open%20sesame@host/").value();
  EXPECT_EQ(url.authorization, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  EXPECT_EQ(url.host, "host");
  EXPECT_EQ(url.shown, "http://***@host/");
  EXPECT_EQ(parse_http_url("http://u@host").value().authorization, "Basic dTo=");
  EXPECT_EQ(parse_http_url("http://u:100%@host").value().authorization, "Basic dToxMDAl");
}

TEST(HttpUrl, ThatIsNoneIsRefusedWithASentence) {
  EXPECT_EQ(refusal("host/healthz"), "\"host/healthz\" is not a URL that begins with http://");
  EXPECT_EQ(
      refusal("https://u:secret@host"),
      "\"https://***@host\" is encrypted, which cannot be asked yet; expected \"http://…\", or a command "
      "such as curl");
  EXPECT_EQ(refusal("http://:80/"), "\"http://:80/\" names no host");
  EXPECT_EQ(refusal("http://host:0/"), "port 0 of \"http://host:0/\" cannot be asked; expected 1 to 65535");
  EXPECT_EQ(refusal("http://host:99999/"),
            "\"http://host:99999/\": port 99999 of \"host:99999\" is out of range; expected 1 to 65535");
  for (const char* bad :
       {"", "http://", "http:///x", "ftp://host", "http://host name/", "http://host/\r\nX: y",
        "http://host:/", "http://1.2.3.400/", "http://h/ä", "http://[::1"}) {
    EXPECT_NE(refusal(bad), "no refusal") << bad;
  }
  EXPECT_NE(refusal("http://host/" + std::string(3000, 'x')), "no refusal");
}

}  // namespace
}  // namespace slipway::base
