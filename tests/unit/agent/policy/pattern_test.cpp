#include "agent/policy/pattern.h"

#include <gtest/gtest.h>

namespace slipway::agent::policy {
namespace {

TEST(Pattern, KnowsOneCharacterAnyTextAndAnyDepth) {
  EXPECT_TRUE(matches("/srv/*", "/srv/shop"));
  EXPECT_FALSE(matches("/srv/*", "/srv/shop/app"));
  EXPECT_TRUE(matches("/srv/**", "/srv/shop/app"));
  EXPECT_TRUE(matches("/srv/shop-?", "/srv/shop-1"));
  EXPECT_FALSE(matches("/srv/shop-?", "/srv/shop-/"));
  EXPECT_TRUE(matches("/srv/*/www", "/srv/a/www"));
  EXPECT_FALSE(matches("/srv/*/www", "/srv/a/b/www"));
  EXPECT_TRUE(matches("/**/www", "/srv/a/b/www"));
  EXPECT_FALSE(matches("", "a"));
  EXPECT_TRUE(matches("", ""));
}

TEST(Pattern, TakesNoTimeForAPatternMadeToTakeIt) {
  EXPECT_FALSE(matches("*a*a*a*a*a*a*a*a*a*a*a*a*b", std::string(2000, 'a')));
}

TEST(Pattern, CoversWhatLiesInside) {
  EXPECT_TRUE(covers("/srv/shop", "/srv/shop"));
  EXPECT_TRUE(covers("/srv/shop", "/srv/shop/releases/1"));
  EXPECT_FALSE(covers("/srv/shop", "/srv/shopping"));
  EXPECT_FALSE(covers("/srv/shop", "/srv"));
  EXPECT_TRUE(covers("/srv/*", "/srv/shop/app"));
  EXPECT_FALSE(covers("/srv/*", "/srv"));
  EXPECT_TRUE(covers("/", "/anything"));
}

TEST(Pattern, MeansARepositoryHoweverItIsSpelled) {
  const std::vector<std::string> allowed{"https://git.example.com/team/*", "git@host:shop.git",
                                         "https://code.example.com/**"};
  for (const char* url : {"https://git.example.com/team/shop", "https://git.example.com/team/shop.git",
                          "https://me:pw@GIT.example.com/team/shop.git/", "HTTPS://git.example.com/team/a",
                          "git@host:shop", "https://code.example.com/a/b/c.git"})
    EXPECT_TRUE(any_matches_url(allowed, url)) << url;
}

TEST(Pattern, IsNotTrickedByAUrl) {
  const std::vector<std::string> allowed{"https://git.example.com/team/**"};
  for (const char* url :
       {"https://git.example.com/team/../evil", "https://git.example.com/team/%2e%2E/evil",
        "https://evil.com#@git.example.com/team/x", "https://evil.com?@git.example.com/team/x",
        "https://evil.com\\@git.example.com/team/x", "https://git.example.com.evil.com/team/x",
        "http://git.example.com/team/x", "https://git.example.com/teams", "file:///git.example.com/team/x",
        ""})
    EXPECT_FALSE(any_matches_url(allowed, url)) << url;
}

TEST(Pattern, TakesABareNameForABranch) {
  EXPECT_EQ(whole_ref("release/*"), "refs/heads/release/*");
  EXPECT_EQ(whole_ref("refs/tags/v*"), "refs/tags/v*");
}

}  // namespace
}  // namespace slipway::agent::policy
