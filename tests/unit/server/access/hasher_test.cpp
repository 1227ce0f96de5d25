#include "server/access/hasher.h"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "server/access/crypto.h"

namespace slipway::server::access {
namespace {

TEST(Hasher, IsArgon2idAndKnowsThePasswordAgain) {
  asio::io_context loop;
  Hasher hasher;
  auto hash = asio::co_spawn(loop, hasher.hash("correct horse"), asio::use_future);
  loop.run();
  const std::string text = hash.get().value();
  EXPECT_THAT(text, testing::StartsWith("$argon2id$v=19$m=65536,t=2,p=1$"));
  EXPECT_TRUE(verify_password(text, "correct horse"));
  EXPECT_FALSE(verify_password(text, "correct horsf"));
}

TEST(Hasher, WhatNobodyHasCostsTheSame) {
  EXPECT_THAT(nobodys_hash(), testing::StartsWith("$argon2id$v=19$m=65536,t=2,p=1$"));
  EXPECT_FALSE(verify_password(nobodys_hash(), ""));
}

TEST(Hasher, TooManyAtOnceAreRefused) {
  asio::io_context loop;
  Hasher hasher;
  int refused = 0;
  int done = 0;
  for (int number = 0; number < 40; ++number) {
    // What is no hash is looked at in no time.
    asio::co_spawn(loop, hasher.verify("", "x"), [&](const std::exception_ptr&, base::Result<bool> result) {
      result ? ++done : ++refused;
    });
  }
  loop.run();
  // All have begun before the first is done: what is done comes back through the same queue.
  EXPECT_EQ(done, 32);
  EXPECT_EQ(refused, 8);
}

}  // namespace
}  // namespace slipway::server::access
