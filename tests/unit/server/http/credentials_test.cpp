#include "server/http/credentials.h"

#include <gmock/gmock.h>

namespace slipway::server::http {
namespace {

using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

access::Credentials of(Headers headers, bool secure = false) {
  return credentials_of(headers, secure, "X-Remote-User");
}

TEST(Credentials, ABearerIsTaken) {
  EXPECT_EQ(of({{"Authorization", "Bearer slp_x"}}).bearer, "slp_x");
  EXPECT_EQ(of({{"authorization", "bearer  slp_x "}}).bearer, "slp_x");
  EXPECT_EQ(of({}).bearer, std::nullopt);
}

TEST(Credentials, EveryOtherAuthorizationIsNobodys) {
  for (const char* text : {"", "Bearer", "Bearer ", "Basic YTpi", "slp_x", "Bearerslp_x"})
    EXPECT_EQ(of({{"Authorization", text}}).bearer, "") << text;
  EXPECT_EQ(of({{"Authorization", "Bearer a"}, {"Authorization", "Bearer b"}}).bearer, "");
}

TEST(Credentials, CookiesAreTakenApart) {
  EXPECT_THAT(
      parse_cookies("a=1; b = 2 ;c=;=x;d;e=f=g; a=3"),
      UnorderedElementsAre(Pair("a", "1"), Pair("b", "2"), Pair("c", ""), Pair("", "x"), Pair("e", "f=g")));
  EXPECT_THAT(parse_cookies(";;; ;"), IsEmpty());
  EXPECT_EQ(of({{"Cookie", "x=1"}, {"Cookie", "slipway=token"}}).cookie, "token");
  EXPECT_EQ(of({{"Cookie", "slipway="}}).cookie, std::nullopt);
}

// A neighbour without HTTPS can set the one, not the other.
TEST(Credentials, UnderHttpsOnlyTheCookieThatIsBoundToItCounts) {
  EXPECT_EQ(of({{"Cookie", "slipway=token"}}, true).cookie, std::nullopt);
  EXPECT_EQ(of({{"Cookie", "__Host-slipway=token"}}, true).cookie, "token");
}

TEST(Credentials, AProxyNamesOneAccount) {
  EXPECT_EQ(of({{"x-remote-user", "ada"}}).proxy_name, "ada");
  EXPECT_EQ(of({{"X-Remote-User", ""}}).proxy_name, std::nullopt);
  EXPECT_EQ(of({{"X-Remote-User", "ada"}, {"X-Remote-User", "bob"}}).proxy_name, "?");
  EXPECT_EQ(of({{"X-Remote-User", std::string(5000, 'a')}}).proxy_name, "?");
  EXPECT_EQ(credentials_of(Headers{{"X-Remote-User", "ada"}}, false, "").proxy_name, std::nullopt);
}

TEST(Credentials, ARenewalIsASessionAndASecret) {
  const std::string id = "01jx0000000000000000000000";
  const auto renewal = parse_renewal(id + ".secret");
  ASSERT_TRUE(renewal);
  EXPECT_EQ(renewal->session, id);
  EXPECT_EQ(renewal->secret, "secret");
  for (const std::string& text :
       {std::string{}, std::string{"."}, id, std::string{"x.secret"}, id + "." + std::string(500, 'a')})
    EXPECT_FALSE(parse_renewal(text)) << text;
}

TEST(Credentials, OfForwardedAddressesTheLastCounts) {
  EXPECT_EQ(forwarded_address({{"X-Forwarded-For", "6.6.6.6, 10.0.0.7"}}), "10.0.0.7");
  EXPECT_EQ(forwarded_address({{"X-Forwarded-For", "6.6.6.6"}, {"X-Forwarded-For", "::0:1"}}), "::1");
  EXPECT_EQ(forwarded_address({{"X-Forwarded-For", "unknown"}}), std::nullopt);
  EXPECT_EQ(forwarded_address({}), std::nullopt);
}

}  // namespace
}  // namespace slipway::server::http
