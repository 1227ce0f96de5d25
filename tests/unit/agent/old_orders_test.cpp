#include "agent/old_orders.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slipway::agent {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using testing::ElementsAre;

constexpr Keep keep{.orders = days{7}, .bytes = 100};

TEST(OldOrders, WhatIsYoungAndSmallStays) {
  EXPECT_THAT(orders_to_remove({}, keep), ElementsAre());
  EXPECT_THAT(orders_to_remove({{"a", days{7}, 50}, {"b", 0s, 50}}, keep), ElementsAre());
}

TEST(OldOrders, WhatWasKeptLongEnoughGoes) {
  EXPECT_THAT(orders_to_remove({{"a", days{8}, 1}, {"b", days{1}, 1}, {"c", days{9}, 1}}, keep),
              ElementsAre("a", "c"));
}

TEST(OldOrders, TheOldestGoUntilTheRestFits) {
  EXPECT_THAT(orders_to_remove({{"a", 3h, 50}, {"b", 2h, 50}, {"c", 1h, 60}}, keep), ElementsAre("a", "b"));
  EXPECT_THAT(orders_to_remove({{"a", 1h, 101}}, keep), ElementsAre("a"));
}

TEST(OldOrders, AClockThatWentBackKeepsThem) {
  EXPECT_THAT(orders_to_remove({{"a", -days{365}, 1}}, keep), ElementsAre());
  EXPECT_THAT(orders_to_remove({{"a", -days{365}, 80}, {"b", 1h, 80}}, keep), ElementsAre("a"));
}

}  // namespace
}  // namespace slipway::agent
