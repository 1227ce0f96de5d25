#include "net/proxy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::net {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ProxyUrl, IsTakenApart) {
  const auto proxy = parse_proxy("socks5://ada%40x:p%3Ass:word@Proxy.example.com:1080/");
  ASSERT_TRUE(proxy) << proxy.error().message;
  EXPECT_EQ(proxy->kind, Proxy::Kind::socks5);
  EXPECT_EQ(proxy->address.text(), "proxy.example.com:1080");
  EXPECT_EQ(proxy->user, "ada@x");
  EXPECT_EQ(proxy->password, "p:ss:word");
  EXPECT_EQ(proxy->shown(), "socks5://proxy.example.com:1080");
}

TEST(ProxyUrl, NeedsNoUser) {
  const auto proxy = parse_proxy("http://[::1]:3128");
  ASSERT_TRUE(proxy) << proxy.error().message;
  EXPECT_EQ(proxy->kind, Proxy::Kind::http);
  EXPECT_EQ(proxy->user, "");
  EXPECT_EQ(proxy->shown(), "http://[::1]:3128");
}

class BadProxyUrl : public testing::TestWithParam<const char*> {};

TEST_P(BadProxyUrl, IsRefusedWithoutShowingWhatItHolds) {
  const auto proxy = parse_proxy(GetParam());
  ASSERT_FALSE(proxy);
  EXPECT_THAT(proxy.error().message, HasSubstr("expected http://"));
  EXPECT_THAT(proxy.error().message, Not(HasSubstr("secret")));
}

INSTANTIATE_TEST_SUITE_P(All, BadProxyUrl,
                         testing::Values("", "proxy:3128", "https://ada:secret@proxy:3128",
                                         "ftp://secret@h:1", "http://ada:secret@proxy", "http://:3128",
                                         "http://ada:secret@:1", "socks5://ada:secret@h:0",
                                         "http://ada:secret@h:99999"));

}  // namespace
}  // namespace slipway::net
