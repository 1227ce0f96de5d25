// Which key each agent is known by, and tokens with which agents join.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/temp_dir.h"
#include "server/store/store.h"

namespace slipway::server::store {
namespace {

using base::ErrorCode;
using base::Fingerprint;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Fingerprint key(std::uint8_t number) {
  Fingerprint::Hash hash{};
  hash.front() = number;
  return Fingerprint{hash};
}

class AgentKeysTest : public testing::Test {
 protected:
  AgentKey row(const std::string& agent = "a:1") {
    for (const AgentKey& found : store->agent_keys()) {
      if (found.agent == agent) return found;
    }
    return {};
  }

  JoinToken add_token(int uses, base::Millis lives) {
    JoinToken token{.hash = "hash",
                    .app = "shop",
                    .uses_left = uses,
                    .created_at = base::now(),
                    .created_by = "a test",
                    .expires_at = base::now() + lives};
    token.id = store->add_join_token(token).value();
    return token;
  }

  test::TempDir dir;
  std::unique_ptr<Store> store = std::move(*Store::open(dir.path()));
};

TEST_F(AgentKeysTest, TheFirstContactIsKeptAndNoLaterOne) {
  ASSERT_TRUE(store->record_first_contact("a:1", key(1)));
  ASSERT_TRUE(store->record_first_contact("a:1", key(2)));
  EXPECT_EQ(row().key, key(1));
  EXPECT_FALSE(row().confirmed);
  EXPECT_TRUE(row().first_seen);
}

TEST_F(AgentKeysTest, AnOfferIsKeptUntilItIsAcceptedOrGone) {
  ASSERT_TRUE(store->record_first_contact("a:1", key(1)));
  ASSERT_TRUE(store->record_offer("a:1", key(2)));
  EXPECT_EQ(row().offered, key(2));
  ASSERT_TRUE(store->record_offer("a:1", std::nullopt));
  EXPECT_FALSE(row().offered || row().offered_at);
  ASSERT_TRUE(store->record_offer("a:1", key(2)));
  ASSERT_TRUE(store->accept_key("a:1", key(2), "ada"));
  EXPECT_EQ(row().key, key(2));
  EXPECT_TRUE(row().confirmed);
  EXPECT_EQ(row().confirmed_by, "ada");
  EXPECT_FALSE(row().offered);
}

TEST_F(AgentKeysTest, OnlyAKeyThatWasShownIsAccepted) {
  ASSERT_TRUE(store->record_first_contact("a:1", key(1)));
  const auto accepted = store->accept_key("a:1", key(3), "ada");
  ASSERT_FALSE(accepted);
  EXPECT_EQ(accepted.error().code, ErrorCode::conflict);
  EXPECT_THAT(accepted.error().message, HasSubstr("known is " + key(1).text() + ", offered is none"));
  EXPECT_TRUE(store->accept_key("b:1", key(3), "ada")) << "nothing was shown there yet";
}

TEST_F(AgentKeysTest, WhoWaitsAndGoesIsForgottenUnlessRejected) {
  ASSERT_TRUE(store->record_waiting("web-1", key(1)));
  EXPECT_TRUE(row("web-1").dials);
  ASSERT_TRUE(store->forget_waiting("web-1"));
  EXPECT_THAT(store->agent_keys(), IsEmpty());
  ASSERT_TRUE(store->record_waiting("web-1", key(1)));
  ASSERT_TRUE(store->reject_key("web-1"));
  ASSERT_TRUE(store->forget_waiting("web-1"));
  ASSERT_TRUE(store->forget_all_waiting());
  EXPECT_TRUE(row("web-1").rejected);
  ASSERT_TRUE(store->accept_key("web-1", key(1), "ada"));
  EXPECT_FALSE(row("web-1").rejected);
  EXPECT_TRUE(row("web-1").dials);
}

TEST_F(AgentKeysTest, ARejectedOfferLeavesTheKnownKey) {
  ASSERT_TRUE(store->record_first_contact("web-1", key(1)));
  ASSERT_TRUE(store->record_offer("web-1", key(2)));
  ASSERT_TRUE(store->reject_key("web-1"));
  EXPECT_EQ(row("web-1").key, key(1));
  EXPECT_FALSE(row("web-1").offered || row("web-1").rejected);
  EXPECT_FALSE(store->reject_key("web-1"));
}

TEST_F(AgentKeysTest, ATokenIsGoodForItsUses) {
  const JoinToken token = add_token(2, std::chrono::hours{1});
  ASSERT_TRUE(store->join(token, "web-1", key(1)));
  ASSERT_TRUE(store->join(token, "web-2", key(2)));
  const auto third = store->join(token, "web-3", key(3));
  ASSERT_FALSE(third);
  EXPECT_THAT(store->agent_keys(), SizeIs(2));
  EXPECT_TRUE(row("web-1").confirmed && row("web-1").dials);
  EXPECT_EQ(row("web-1").confirmed_by, "join token 1");
  EXPECT_EQ(store->find_join_token("hash").value()->uses_left, 0);
  EXPECT_FALSE(store->find_join_token("other").value());
}

TEST_F(AgentKeysTest, ARevokedOrExpiredTokenIsGoodForNothing) {
  const JoinToken expired = add_token(1, base::Millis{-1});
  EXPECT_FALSE(store->join(expired, "web-1", key(1)));
  ASSERT_TRUE(store->revoke_join_token(expired.id));
  EXPECT_TRUE(store->find_join_token("hash").value()->revoked);
  const auto nothing = store->revoke_join_token(77);
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, ErrorCode::not_found);
  EXPECT_THAT(store->agent_keys(), IsEmpty());
}

TEST_F(AgentKeysTest, TokensThatEndedLongAgoAreRemoved) {
  add_token(1, -std::chrono::days{31});
  EXPECT_THAT(store->join_tokens().value(), IsEmpty());
}

TEST_F(AgentKeysTest, AnotherProgramIsNoticed) {
  ASSERT_TRUE(store->record_first_contact("a:1", key(1)));
  EXPECT_FALSE(store->changed_by_others());
  const auto beside = Store::open_beside(dir.path());
  ASSERT_TRUE(beside) << beside.error().message;
  ASSERT_TRUE((*beside)->record_offer("a:1", key(2)));
  EXPECT_TRUE(store->changed_by_others());
  EXPECT_EQ(row().offered, key(2));
}

}  // namespace
}  // namespace slipway::server::store
