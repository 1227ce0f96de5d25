#include "agent/policy/hours.h"

#include <gtest/gtest.h>

namespace slipway::agent::policy {
namespace {

constexpr int monday = 0;
constexpr int friday = 4;
constexpr int saturday = 5;
constexpr int sunday = 6;

bool open(std::string_view hours, int weekday, int hour, int minute = 0) {
  return parse_hours(hours).value().contain({weekday, hour * 60 + minute});
}

TEST(Hours, BeginAndEnd) {
  EXPECT_FALSE(open("mon-fri 09:00-17:30", monday, 8, 59));
  EXPECT_TRUE(open("mon-fri 09:00-17:30", monday, 9));
  EXPECT_TRUE(open("mon-fri 09:00-17:30", friday, 17, 29));
  EXPECT_FALSE(open("mon-fri 09:00-17:30", friday, 17, 30));
  EXPECT_FALSE(open("mon-fri 09:00-17:30", saturday, 12));
}

TEST(Hours, NameDaysOneByOneAndOverTheEndOfTheWeek) {
  EXPECT_TRUE(open("Mon,Sat 10:00-12:00", saturday, 10));
  EXPECT_FALSE(open("mon,sat 10:00-12:00", sunday, 10));
  EXPECT_TRUE(open("sat-mon 10:00-12:00", sunday, 10));
  EXPECT_TRUE(open("daily 00:00-24:00", sunday, 23, 59));
}

TEST(Hours, OverMidnightBelongToTheDayOnWhichTheyBegin) {
  EXPECT_TRUE(open("fri 22:00-04:00", friday, 23));
  EXPECT_TRUE(open("fri 22:00-04:00", saturday, 3, 59));
  EXPECT_FALSE(open("fri 22:00-04:00", saturday, 4));
  EXPECT_FALSE(open("fri 22:00-04:00", friday, 3));
  EXPECT_TRUE(open("sun 22:00-04:00", monday, 1));
}

TEST(Hours, KnowTheirZone) {
  EXPECT_EQ(parse_hours("daily 01:00-02:00 Europe/Berlin")->zone, "Europe/Berlin");
  EXPECT_EQ(parse_hours("daily 01:00-02:00")->zone, "");
}

TEST(Hours, RefuseWhatIsNone) {
  for (const char* text : {"", "mon", "mon 9-17", "mon 09:00", "mon 09:00-25:00", "mon 09:60-10:00",
                           "moo 09:00-10:00", "mon-tue-wed 09:00-10:00", "mon 09:00-09:00", "mon 24:00-01:00",
                           "mon 09:00-10:00 UTC x", "mon 9:00-10:00", "mon, 09:00-10:00"})
    EXPECT_FALSE(parse_hours(text)) << text;
}

}  // namespace
}  // namespace slipway::agent::policy
