#include "server/http/target.h"

#include <gmock/gmock.h>

namespace slipway::server::http {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(Target, IsTakenApartAndDecodedOnce) {
  const auto target = parse_target("/api/v1/apps/my%20app%2Fweb%2525/commits?limit=5&before=a%26b+c").value();
  EXPECT_THAT(target.segments, ElementsAre("api", "v1", "apps", "my app/web%25", "commits"));
  EXPECT_THAT(target.query, ElementsAre(Pair("before", "a&b c"), Pair("limit", "5")));
  EXPECT_EQ(target.path, "/api/v1/apps/my%20app%2Fweb%2525/commits");
}

TEST(Target, TheRootHasNoSegmentsAndATrailingSlashIsAnEmptyOne) {
  EXPECT_THAT(parse_target("/").value().segments, IsEmpty());
  EXPECT_THAT(parse_target("/?a=1").value().segments, IsEmpty());
  EXPECT_THAT(parse_target("/apps/").value().segments, ElementsAre("apps", ""));
  EXPECT_THAT(parse_target("//").value().segments, ElementsAre("", ""));
}

TEST(Target, ChineseNamesArrive) {
  EXPECT_THAT(parse_target("/%E5%BA%94%E7%94%A8").value().segments, ElementsAre("应用"));
  EXPECT_THAT(parse_target("/应用").value().segments, ElementsAre("应用"));
}

TEST(Target, OfANameThatIsGivenTwiceTheFirstCounts) {
  EXPECT_THAT(parse_target("/?a=1&a=2&&b").value().query, ElementsAre(Pair("a", "1"), Pair("b", "")));
}

TEST(Target, TheAbsoluteFormOfProxiesIsUnderstood) {
  const auto target = parse_target("http://localhost:8082/api?x=1").value();
  EXPECT_EQ(target.authority, "localhost:8082");
  EXPECT_THAT(target.segments, ElementsAre("api"));
  EXPECT_EQ(parse_target("http://localhost").value().path, "/");
}

class BadTarget : public testing::TestWithParam<const char*> {};
TEST_P(BadTarget, IsRefused) {
  EXPECT_FALSE(parse_target(GetParam()));
}
INSTANTIATE_TEST_SUITE_P(Encodings, BadTarget,
                         testing::Values("/%", "/%4", "/%zz", "/%ff", "/%C0%AF", "/%00",
                                         "/%0d%0aSet-Cookie:x", "/\x7f", "/?a=%", "/?%ff=1", "*", "", "api",
                                         "/%ED%A0%80"));

TEST(PercentEncoding, IsUndoneByDecoding) {
  EXPECT_EQ(percent_encode("a b/应.log"), "a%20b%2F%E5%BA%94.log");
  EXPECT_EQ(percent_decode(percent_encode("a b/应+%.log")).value(), "a b/应+%.log");
  EXPECT_EQ(percent_decode("a+b").value(), "a+b");
}

}  // namespace
}  // namespace slipway::server::http
