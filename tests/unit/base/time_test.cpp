#include "base/time.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace slipway::base {
namespace {

using namespace std::chrono_literals;

std::string normal(std::string_view text) {
  const auto time = parse_rfc3339(text);
  return time ? to_rfc3339(*time) : time.error().message;
}

TEST(Rfc3339, IsWrittenInUtcWithThreeDecimals) {
  EXPECT_EQ(to_rfc3339(from_unix_ms(0)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(from_unix_ms(1)), "1970-01-01T00:00:00.001Z");
  EXPECT_EQ(to_rfc3339(from_unix_ms(1'795'420'800'000)), "2026-11-23T08:00:00.000Z");
  EXPECT_EQ(to_rfc3339(from_unix_ms(-1)), "1969-12-31T23:59:59.999Z");
}

TEST(Rfc3339, ReadsBackWhatItWrites) {
  for (const std::int64_t ms :
       {0LL, 1LL, -1LL, 999LL, 951'782'399'999LL, 1'795'420'800'123LL, 253'402'300'799'999LL}) {
    const auto time = parse_rfc3339(to_rfc3339(from_unix_ms(ms)));
    ASSERT_TRUE(time) << ms;
    EXPECT_EQ(to_unix_ms(*time), ms);
  }
  const Time current = now();
  EXPECT_EQ(parse_rfc3339(to_rfc3339(current)), current);
}

TEST(Rfc3339, TakesAnyOffset) {
  EXPECT_EQ(normal("2026-11-23T10:00:00+02:00"), "2026-11-23T08:00:00.000Z");
  EXPECT_EQ(normal("2026-11-23T02:30:00-05:30"), "2026-11-23T08:00:00.000Z");
  EXPECT_EQ(normal("2026-01-01T00:30:00+01:00"), "2025-12-31T23:30:00.000Z");
  EXPECT_EQ(normal("2026-11-23T08:00:00-00:00"), "2026-11-23T08:00:00.000Z");
}

TEST(Rfc3339, TakesLowerCaseAndASpaceBetweenDateAndTime) {
  EXPECT_EQ(normal("2026-11-23t08:00:00z"), "2026-11-23T08:00:00.000Z");
  EXPECT_EQ(normal("2026-11-23 08:00:00Z"), "2026-11-23T08:00:00.000Z");
}

TEST(Rfc3339, CutsOffWhatIsFinerThanAMillisecond) {
  EXPECT_EQ(normal("2026-11-23T08:00:00.1Z"), "2026-11-23T08:00:00.100Z");
  EXPECT_EQ(normal("2026-11-23T08:00:00.12Z"), "2026-11-23T08:00:00.120Z");
  EXPECT_EQ(normal("2026-11-23T08:00:00.1239999999999999999Z"), "2026-11-23T08:00:00.123Z");
}

TEST(Rfc3339, KnowsLeapDays) {
  EXPECT_EQ(normal("2024-02-29T00:00:00Z"), "2024-02-29T00:00:00.000Z");
  EXPECT_EQ(normal("2000-02-29T00:00:00Z"), "2000-02-29T00:00:00.000Z");
  EXPECT_FALSE(parse_rfc3339("2023-02-29T00:00:00Z"));
  EXPECT_FALSE(parse_rfc3339("1900-02-29T00:00:00Z"));
}

TEST(Rfc3339, TakesALeapSecondForTheSecondAfterIt) {
  EXPECT_EQ(normal("2016-12-31T23:59:60Z"), "2017-01-01T00:00:00.000Z");
}

class NoTime : public testing::TestWithParam<std::string_view> {};

TEST_P(NoTime, IsRefusedWithItsText) {
  const auto time = parse_rfc3339(GetParam());
  ASSERT_FALSE(time);
  EXPECT_EQ(time.error().code, ErrorCode::invalid);
  EXPECT_NE(time.error().message.find(GetParam()), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Rfc3339, NoTime,
    testing::Values("", "now", "2026", "2026-11-23", "2026-11-23T08:00Z", "2026-11-23T08:00:00",
                    "2026-11-23T08:00:00Zx", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
                    "2026-04-31T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z",
                    "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "2026-01-01T00:00:00.Z",
                    "2026-01-01T-0:00:00Z", "2026-01-01T+1:00:00Z", "2026-01-01T 1:00:00Z",
                    "26-01-01T00:00:00Z", "2026-1-1T00:00:00Z", "2026-01-01T00:00:00+1:00",
                    "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00+0100", "2026-01-01T00:00:00,5Z"));

TEST(Duration, IsReadInEveryForm) {
  EXPECT_EQ(parse_duration("10m"), Millis{10min});
  EXPECT_EQ(parse_duration("1h30m"), Millis{90min});
  EXPECT_EQ(parse_duration("45s"), Millis{45s});
  EXPECT_EQ(parse_duration("500ms"), Millis{500ms});
  EXPECT_EQ(parse_duration("90"), Millis{90s});
  EXPECT_EQ(parse_duration("0"), Millis{0});
  EXPECT_EQ(parse_duration("2d"), Millis{48h});
  EXPECT_EQ(parse_duration("1d2h3m4s5ms"), Millis{26h + 3min + 4s + 5ms});
}

class NoDuration : public testing::TestWithParam<std::string_view> {};

TEST_P(NoDuration, IsRefused) {
  const auto duration = parse_duration(GetParam());
  ASSERT_FALSE(duration) << duration->count();
  EXPECT_EQ(duration.error().code, ErrorCode::invalid);
  EXPECT_FALSE(duration.error().message.empty());
}

INSTANTIATE_TEST_SUITE_P(Durations, NoDuration,
                         testing::Values("", "-1s", "+1s", "1.5h", "m", "10 m", "10m ", " 10m", "1h30", "10x",
                                         "1w", "ten minutes", "99999999999s", "400d", "4294967295d",
                                         "0x10s"));

TEST(Duration, IsWrittenAsShortAsItCanBeReadBack) {
  EXPECT_EQ(format_duration(0ms), "0s");
  EXPECT_EQ(format_duration(10min), "10m");
  EXPECT_EQ(format_duration(90min), "1h30m");
  EXPECT_EQ(format_duration(500ms), "500ms");
  EXPECT_EQ(format_duration(90s), "1m30s");
  for (const std::int64_t ms : {0LL, 1LL, 999LL, 1000LL, 61'001LL, 86'400'000LL, 90'061'001LL}) {
    EXPECT_EQ(parse_duration(format_duration(Millis{ms})), Millis{ms});
  }
}

}  // namespace
}  // namespace slipway::base
