#include "server/store/retention.h"

#include <gtest/gtest.h>

#include <vector>

namespace slipway::server::store {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using What = Removal::What;

constexpr base::Time now{base::Millis{1'795'420'800'000}};
constexpr config::History limits{.days = days{90}, .max_bytes = 1000};

Past past(std::int64_t id, days age) {
  return {.id = id, .ended = now - age};
}

Removal next(const std::vector<Past>& pasts, std::uint64_t used, std::optional<base::Time> at = now) {
  return next_removal(pasts, limits, used, at);
}

TEST(Retention, NothingGoesThatIsYoungAndSmall) {
  EXPECT_EQ(next({}, 5000), Removal{});
  EXPECT_EQ(next({past(1, days{90}), past(2, days{1})}, 1000), Removal{});
}

TEST(Retention, WhatIsTooOldGoesAltogetherTheOldestFirst) {
  EXPECT_EQ(next({past(1, days{92}), past(2, days{91}), past(3, days{1})}, 0), (Removal{What::all, 1}));
}

TEST(Retention, WhatTakesTooMuchLosesTheOldestOutputFirst) {
  EXPECT_EQ(next({past(1, days{3}), past(2, days{2})}, 1001), (Removal{What::output, 1}));
  Past bare = past(1, days{3});
  bare.has_output = false;
  EXPECT_EQ(next({bare, past(2, days{2})}, 1001), (Removal{What::output, 2}));
}

TEST(Retention, WithoutOutputLeftTheOldestRecordsGo) {
  Past one = past(1, days{3});
  Past two = past(2, days{2});
  one.has_output = two.has_output = false;
  EXPECT_EQ(next({one, two}, 1001), (Removal{What::all, 1}));
}

TEST(Retention, TheNewestOfAnAppStaysWhateverItsAgeAndSize) {
  Past newest = past(1, days{1000});
  newest.newest = true;
  EXPECT_EQ(next({newest}, 1'000'000), Removal{});
}

TEST(Retention, TheLastDeploymentOfANodeKeepsItsRecordButNotItsOutput) {
  Past last = past(1, days{1000});
  last.last_of_a_node = true;
  EXPECT_EQ(next({last}, 0), Removal{});
  EXPECT_EQ(next({last}, 1001), (Removal{What::output, 1}));
  last.has_output = false;
  EXPECT_EQ(next({last}, 1001), Removal{});
}

TEST(Retention, TheNewestFewOfAnAppStayWhateverTheirAge) {
  Past few = past(1, days{1000});
  few.among_newest = true;
  EXPECT_EQ(next({few}, 0), Removal{});
  few.has_output = false;
  EXPECT_EQ(next({few}, 1001), (Removal{What::all, 1}));
}

TEST(Retention, WithAClockThatIsNotBelievedNothingIsTooOld) {
  EXPECT_EQ(next({past(1, days{1000})}, 0, std::nullopt), Removal{});
  EXPECT_EQ(next({past(1, days{1000})}, 1001, std::nullopt), (Removal{What::output, 1}));
}

TEST(Retention, WhatEndedInTheFutureIsNotOld) {
  EXPECT_EQ(next({past(1, days{-365})}, 0), Removal{});
}

class ClockCheckTest : public testing::Test {
 protected:
  using Steady = ClockCheck::Steady;
  // So much time passes, of which the wall clock makes that much.
  std::optional<base::Time> after(std::chrono::hours real, std::chrono::hours shown) {
    steady += real;
    wall += shown;
    return check.believed(wall, steady);
  }

  Steady steady;
  base::Time wall = now;
  ClockCheck check{now - 1h, wall, steady};
};

TEST_F(ClockCheckTest, AClockThatGoesOnIsBelieved) {
  EXPECT_EQ(after(1h, 1h), now + 1h);
  EXPECT_EQ(after(100 * 24h, 100 * 24h + 1h), now + 100 * 24h + 2h);
}

TEST_F(ClockCheckTest, AJumpAheadIsNotBelievedForADay) {
  EXPECT_EQ(after(1h, 365 * 24h), std::nullopt);
  EXPECT_EQ(after(23h, 23h), std::nullopt);
  EXPECT_TRUE(after(1h, 1h));
}

TEST_F(ClockCheckTest, AJumpAheadAndBackIsForgotten) {
  EXPECT_EQ(after(1h, 365 * 24h), std::nullopt);
  EXPECT_EQ(after(1h, -364 * 24h), wall);
  EXPECT_EQ(after(1h, 1h), wall);
}

TEST_F(ClockCheckTest, AStartLongAfterTheLastRecordIsNotBelievedForADay) {
  check = ClockCheck{now - 365 * 24h, wall, steady};
  EXPECT_EQ(after(1h, 1h), std::nullopt);
  EXPECT_EQ(after(24h, 24h), wall);
}

TEST_F(ClockCheckTest, AStartWithoutAnyRecordIsBelieved) {
  check = ClockCheck{std::nullopt, wall, steady};
  EXPECT_TRUE(after(0h, 0h));
}

}  // namespace
}  // namespace slipway::server::store
