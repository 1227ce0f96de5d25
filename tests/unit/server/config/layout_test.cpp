// How the code lies on a node, from the file.
#include "config_fixture.h"

namespace slipway::server::config {
namespace {

std::string app_with(std::string_view keys) {
  return config_with_app(
      fmt::format("\"name\": \"a\", \"type\": \"git\", \"url\": \"https://host/a.git\", {},", keys));
}

std::string problem(std::string_view keys) {
  const auto problems = problems_of(app_with(keys));
  return problems.size() == 1 ? problems.front().substr(problems.front().find(' ') + 1)
                              : fmt::format("{} problems", problems.size());
}

TEST(TheLayout, IsInPlaceByDefault) {
  EXPECT_FALSE(parse_config(app_with("\"branch\": \"main\""), "/s").config.apps.at(0).releases);
  EXPECT_FALSE(parse_config(app_with("\"layout\": \"in_place\""), "/s").config.apps.at(0).releases);
}

TEST(TheLayout, ReleasesHasItsOwnSettings) {
  const Loaded plain = parse_config(app_with("\"layout\": \"releases\""), "/s");
  ASSERT_TRUE(plain.ok());
  ASSERT_TRUE(plain.config.apps.at(0).releases);
  EXPECT_EQ(plain.config.apps.at(0).releases->keep_releases, 5U);
  const Loaded loaded = parse_config(
      app_with("\"layout\": \"releases\", \"shared\": [\"logs/\", \".env\"], \"keep_releases\": 3, "
               "\"keep_bytes\": \"2GiB\", \"keep_failed\": true"),
      "/s");
  ASSERT_TRUE(loaded.ok());
  const Releases& releases = *loaded.config.apps.at(0).releases;
  EXPECT_THAT(releases.shared, ElementsAre("logs", ".env"));
  EXPECT_EQ(releases.keep_releases, 3U);
  EXPECT_EQ(releases.keep_bytes, std::uint64_t{2} << 30U);
  EXPECT_TRUE(releases.keep_failed);
}

TEST(TheLayout, HasNoSharedPathThatEscapes) {
  for (const char* path : {"../x", "/etc", "", "a/../../b", "."})
    EXPECT_THAT(problem(fmt::format("\"layout\": \"releases\", \"shared\": [\"{}\"]", path)),
                testing::StartsWith("\"shared\": the path"))
        << path;
  EXPECT_EQ(problem("\"layout\": \"releases\", \"shared\": [\"a\", \"a/b\"]"),
            "\"shared\": \"a\" and \"a/b\" are the same or lie in one another");
  EXPECT_THAT(problem("\"layout\": \"releases\", \"shared\": \"logs\""),
              testing::HasSubstr("a list of relative paths"));
  EXPECT_THAT(problem("\"layout\": \"releases\", \"shared\": [1]"),
              testing::HasSubstr("a list of relative paths"));
}

TEST(TheLayout, KeepsAtLeastOneRelease) {
  for (const char* number : {"0", "-1", "1001", "2.5", "\"3\""})
    EXPECT_THAT(problem(fmt::format("\"layout\": \"releases\", \"keep_releases\": {}", number)),
                testing::HasSubstr("a whole number from 1 to 1000"))
        << number;
}

TEST(TheLayout, HasABudgetInWords) {
  for (const char* size : {"-1", "\"2 cows\"", "true", "1.5"})
    EXPECT_THAT(problem(fmt::format("\"layout\": \"releases\", \"keep_bytes\": {}", size)),
                testing::HasSubstr("\"2GiB\""))
        << size;
}

TEST(TheLayout, InPlaceHasNoSettingsOfReleases) {
  EXPECT_EQ(problem("\"shared\": [\"logs\"]"),
            "\"shared\": only the layout \"releases\" has it; remove it, or add \"layout\": \"releases\"");
  EXPECT_THAT(problem("\"layout\": \"in_place\", \"keep_failed\": false"),
              testing::StartsWith("\"keep_failed\": only"));
}

TEST(TheLayout, ReleasesNeedsAUrl) {
  EXPECT_THAT(problems_of(config_with_app("\"name\": \"a\", \"type\": \"git\", \"layout\": \"releases\",")),
              ElementsAre(testing::HasSubstr("missing key \"url\" in an app with the layout \"releases\"")));
}

TEST(TheLayout, IsAKnownWord) {
  EXPECT_THAT(problem("\"layout\": \"capistrano\""), testing::HasSubstr("\"in_place\" or \"releases\""));
}

}  // namespace
}  // namespace slipway::server::config
