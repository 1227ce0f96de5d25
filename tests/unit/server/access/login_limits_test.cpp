#include "server/access/login_limits.h"

#include <gtest/gtest.h>

namespace slipway::server::access {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const LoginLimits::Time start{hours{1000}};

LoginAttempt from(std::string address, std::string account = "ada", std::string device = "") {
  return {std::move(account), std::move(address), std::move(device)};
}

int allowed(LoginLimits& limits, const LoginAttempt& attempt, int times, LoginLimits::Time now = start) {
  int count = 0;
  for (int number = 0; number < times; ++number) count += limits.attempt(attempt, now) ? 0 : 1;
  return count;
}

TEST(LoginLimits, AfterSomeFailuresOneHasToWait) {
  LoginLimits limits;
  EXPECT_EQ(allowed(limits, from("10.0.0.1"), 100), 5);
  const auto wait = limits.attempt(from("10.0.0.1"), start);
  ASSERT_TRUE(wait);
  EXPECT_EQ(*wait, seconds{30});
  EXPECT_FALSE(limits.attempt(from("10.0.0.1"), start + *wait));
  EXPECT_EQ(allowed(limits, from("10.0.0.1"), 100, start + hours{1}), 5);
}

TEST(LoginLimits, ARightPasswordCostsNothing) {
  LoginLimits limits;
  for (int number = 0; number < 1000; ++number) {
    ASSERT_FALSE(limits.attempt(from("10.0.0.1"), start)) << number;
    limits.succeeded(from("10.0.0.1"));
  }
}

TEST(LoginLimits, OneAddressCannotTryEveryAccount) {
  LoginLimits limits;
  int count = 0;
  for (int number = 0; number < 1000; ++number)
    count += allowed(limits, from("10.0.0.1", "account" + std::to_string(number)), 1);
  EXPECT_EQ(count, 20);
}

TEST(LoginLimits, AllAddressesOfOneNetworkAreOne) {
  LoginLimits limits;
  int count = 0;
  for (int number = 0; number < 100; ++number)
    count += allowed(limits, from("2001:db8::" + std::to_string(number) + ":1"), 1);
  EXPECT_EQ(count, 5);
  EXPECT_EQ(allowed(limits, from("2001:db8:0:1::1"), 100), 5);
}

TEST(LoginLimits, ManyAddressesTogetherCannotTryOneAccountForLong) {
  LoginLimits limits;
  int count = 0;
  for (int number = 0; number < 1000; ++number)
    count += allowed(limits, from("10.0.1." + std::to_string(number)), 1);
  EXPECT_EQ(count, 50);
}

TEST(LoginLimits, TheOwnersBrowserIsNotLockedOutByStrangers) {
  LoginLimits limits;
  for (int number = 0; number < 1000; ++number)
    limits.attempt(from("10.0.1." + std::to_string(number)), start);
  ASSERT_TRUE(limits.attempt(from("10.9.9.9"), start));
  EXPECT_EQ(allowed(limits, from("10.9.9.9", "ada", "device"), 100), 10);
  EXPECT_EQ(allowed(limits, from("10.9.9.9", "bob"), 1), 1);
}

TEST(LoginLimits, WhatIsRememberedIsBounded) {
  LoginLimits limits;
  for (int number = 0; number < 100'000; ++number)
    limits.attempt(from("10.0.0.1", "account" + std::to_string(number)), start + seconds{number * 60});
  EXPECT_EQ(allowed(limits, from("10.0.0.2", "bob"), 100, start + hours{5000}), 5);
}

}  // namespace
}  // namespace slipway::server::access
