#include "base/time_zone.h"

#include <gtest/gtest.h>

#include "base/file.h"

namespace slipway::base {
namespace {

constexpr const char* berlin = "Europe/Berlin";

WallClock at(std::string_view time, const std::string& zone) {
  return wall_clock(parse_rfc3339(time).value(), zone).value();
}

std::int64_t offset(const std::string& zone, std::string_view time) {
  const std::string file = read_file("/usr/share/zoneinfo/" + zone).value();
  return utc_offset(file, to_unix_ms(parse_rfc3339(time).value()) / 1000).value();
}

// A file without transitions, so that all is up to its last line.
std::string with_footer(std::string_view rule) {
  const auto header = [](std::uint8_t types) {
    std::string text = "TZif2" + std::string(39, '\0');
    text[39] = static_cast<char>(types);
    return text;
  };
  std::string file = header(1) + std::string(6, '\0') + header(1) + std::string(6, '\0');
  return file + "\n" + std::string(rule) + "\n";
}

std::int64_t by_footer(std::string_view rule, std::string_view time) {
  return utc_offset(with_footer(rule), to_unix_ms(parse_rfc3339(time).value()) / 1000).value();
}

TEST(TimeZone, ShowsTheDayAndTheTimeOfThePlace) {
  // 2026-11-25 is a Wednesday.
  EXPECT_EQ(at("2026-11-25T23:30:00Z", "UTC").weekday, 2);
  EXPECT_EQ(at("2026-11-25T23:30:00Z", "UTC").minute, 23 * 60 + 30);
  EXPECT_EQ(at("2026-11-25T23:30:00Z", berlin).weekday, 3);
  EXPECT_EQ(at("2026-11-25T23:30:00Z", berlin).minute, 30);
  EXPECT_EQ(at("2026-11-22T23:30:00Z", "Asia/Shanghai").weekday, 0);
}

TEST(TimeZone, ChangesTheClocksAtTheRightMoment) {
  EXPECT_EQ(offset(berlin, "2026-03-29T00:59:59Z"), 3600);
  EXPECT_EQ(offset(berlin, "2026-03-29T01:00:00Z"), 7200);
  EXPECT_EQ(offset(berlin, "2026-10-25T00:59:59Z"), 7200);
  EXPECT_EQ(offset(berlin, "2026-10-25T01:00:00Z"), 3600);
  EXPECT_EQ(offset("America/New_York", "2031-07-04T12:00:00Z"), -4 * 3600);
}

TEST(TimeZone, FollowsTheRuleBehindTheLastChange) {
  constexpr const char* rule = "CET-1CEST,M3.5.0,M10.5.0/3";
  EXPECT_EQ(by_footer(rule, "2026-03-29T00:59:59Z"), 3600);
  EXPECT_EQ(by_footer(rule, "2026-03-29T01:00:00Z"), 7200);
  EXPECT_EQ(by_footer(rule, "2026-10-25T00:59:59Z"), 7200);
  EXPECT_EQ(by_footer(rule, "2026-10-25T01:00:00Z"), 3600);
  EXPECT_EQ(offset(berlin, "2055-07-01T00:00:00Z"), 7200);
  EXPECT_EQ(by_footer("<+0330>-3:30", "2026-07-01T00:00:00Z"), 3 * 3600 + 1800);
  // The southern summer goes over the new year.
  EXPECT_EQ(by_footer("AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-01-15T00:00:00Z"), 11 * 3600);
  EXPECT_EQ(by_footer("AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-07-15T00:00:00Z"), 10 * 3600);
  EXPECT_EQ(by_footer("EST5EDT,J70,J300", "2026-07-15T00:00:00Z"), -4 * 3600);
}

TEST(TimeZone, RefusesWhatIsNone) {
  for (const char* zone : {"Europe/Atlantis", "../../etc/passwd", "/etc/localtime", "Europe", "a\nb"})
    EXPECT_FALSE(wall_clock(now(), zone)) << zone;
  const std::string file = read_file("/usr/share/zoneinfo/Europe/Berlin").value();
  for (std::size_t length = 0; length < file.size(); length += 7)
    (void)utc_offset(std::string_view(file).substr(0, length), 1'700'000'000);
  EXPECT_FALSE(utc_offset("TZif2", 0));
}

}  // namespace
}  // namespace slipway::base
