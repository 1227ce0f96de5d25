#include "server/access/changes.h"

#include "people_fixture.h"
#include "server/access/crypto.h"

namespace slipway::server::access {
namespace {

using testing::HasSubstr;

using ChangesTest = PeopleTest;

TEST_F(ChangesTest, AnAccountIsReadAsItWasMade) {
  add("ada", Role::deployer, Apps{{"shop", "官网"}});
  const People people = read_people(sql());
  const Account* ada = people.find_account("ada");
  ASSERT_NE(ada, nullptr);
  EXPECT_EQ(ada->role, Role::deployer);
  EXPECT_EQ(ada->apps, (Apps{{"shop", "官网"}}));
  EXPECT_FALSE(ada->disabled);
  EXPECT_FALSE(ada->last_login);
}

TEST_F(ChangesTest, ANameIsGivenOnce) {
  add("ada");
  const auto again = add_account(sql(), {"ada", Role::admin, {}, "hash"});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, base::ErrorCode::conflict);
}

TEST_F(ChangesTest, SomeNamesCannotBeGiven) {
  for (const char* name : {"", "a b", "a/b", "a:b", "a\nb", "a\"b", "a,b", "\xff"})
    EXPECT_FALSE(check_account_name(name)) << name;
  EXPECT_FALSE(check_account_name(std::string(65, 'a')));
  for (const char* name : {"ada", "ada@example.org", "李雷", "a.b-c_d+e"})
    EXPECT_TRUE(check_account_name(name)) << name;
}

TEST_F(ChangesTest, PasswordsHaveALength) {
  EXPECT_FALSE(check_password("short", "ada"));
  EXPECT_FALSE(check_password("账户账户账户账户账", "ada"));
  EXPECT_TRUE(check_password("账户账户账户账户账户", "ada"));
  EXPECT_FALSE(check_password("ada-lovelace", "ada-lovelace"));
  EXPECT_FALSE(check_password(std::string(1025, 'x'), "ada"));
}

TEST_F(ChangesTest, TheLastAdminStays) {
  add("admin", Role::admin);
  for (const AccountChange& change : {AccountChange{.role = Role::viewer}, AccountChange{.disabled = true}}) {
    const auto changed = change_account(sql(), "admin", change);
    ASSERT_FALSE(changed);
    EXPECT_THAT(changed.error().message, HasSubstr("only admin"));
  }
  add("grace", Role::admin);
  EXPECT_TRUE(change_account(sql(), "admin", {.disabled = true}));
  EXPECT_FALSE(change_account(sql(), "grace", {.role = Role::deployer}));
}

TEST_F(ChangesTest, AnAdminIsNotLimitedToApps) {
  EXPECT_FALSE(add_account(sql(), {"ada", Role::admin, Apps{{"shop"}}, "hash"}));
  add("bob", Role::deployer, Apps{{"shop"}});
  const auto changed = change_account(sql(), "bob", {.role = Role::admin});
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->apps, Apps{});
}

TEST_F(ChangesTest, EveryChangeEndsTheSessions) {
  for (const AccountChange& change :
       {AccountChange{.role = Role::deployer}, AccountChange{.apps = Apps{{"shop"}}},
        AccountChange{.disabled = true}, AccountChange{.password_hash = "other"}}) {
    SCOPED_TRACE(change.disabled.has_value());
    if (read_people(sql()).find_account("ada") == nullptr) add("ada");
    insert(sql(),
           Session{.id = "one", .account = "ada", .created_at = base::now(), .renewed_at = base::now()});
    ASSERT_TRUE(change_account(sql(), "ada", change));
    EXPECT_TRUE(read_people(sql()).sessions.empty());
  }
}

TEST_F(ChangesTest, AnUnknownAccountIsToldWithTheNearestName) {
  add("ada");
  const auto changed = change_account(sql(), "adda", {.disabled = true});
  ASSERT_FALSE(changed);
  EXPECT_THAT(changed.error().message, HasSubstr("did you mean \"ada\"?"));
}

TEST_F(ChangesTest, ATokenIsKeptAsAHash) {
  add("ada", Role::deployer);
  const auto made =
      add_token(sql(), {"ci", "ada", Role::deployer, Apps{{"shop"}}, base::now() + std::chrono::hours{1}});
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->secret.starts_with("slp_"));
  EXPECT_EQ(made->secret.size(), 4 + 43);
  const People people = read_people(sql());
  ASSERT_EQ(people.tokens.size(), 1);
  EXPECT_EQ(people.tokens.begin()->first, sha256(made->secret));
  EXPECT_EQ(people.tokens.begin()->second.apps, (Apps{{"shop"}}));
}

TEST_F(ChangesTest, ATokenCannotBeMoreThanItsAccount) {
  add("ada", Role::viewer);
  EXPECT_FALSE(add_token(sql(), {"ci", "ada", Role::deployer}));
  EXPECT_FALSE(add_token(sql(), {"ci", "nobody", Role::viewer}));
  EXPECT_FALSE(add_token(sql(), {"ci", "ada", Role::viewer, {}, base::now() - std::chrono::seconds{1}}));
  EXPECT_TRUE(add_token(sql(), {"ci", "ada", Role::viewer}));
  EXPECT_FALSE(add_token(sql(), {"ci", "ada", Role::viewer}));
}

TEST_F(ChangesTest, SomebodyElsesTokenIsNotRevoked) {
  add("ada");
  add("bob");
  const auto made = add_token(sql(), {"ci", "ada", Role::viewer}).value();
  EXPECT_FALSE(revoke_token(sql(), made.token.id, "bob"));
  EXPECT_TRUE(revoke_token(sql(), made.token.id, "ada"));
  EXPECT_FALSE(revoke_token(sql(), made.token.id, std::nullopt));
}

TEST_F(ChangesTest, WhatAnotherConnectionWritesIsNoticed) {
  EXPECT_FALSE(store_->changed_by_others());
  add("ada");
  EXPECT_FALSE(store_->changed_by_others());
  const auto beside = store::Store::open_beside(dir_.path()).value();
  ASSERT_TRUE(change_account(beside->session(), "ada", {.disabled = true}));
  EXPECT_TRUE(store_->changed_by_others());
  EXPECT_FALSE(store_->changed_by_others());
}

TEST_F(ChangesTest, SessionsThatAreOverAreTidiedAwayAndOthersBounded) {
  add("ada");
  const base::Time now = base::now();
  insert(sql(),
         Session{.id = "old", .account = "ada", .created_at = now - std::chrono::days{8}, .renewed_at = now});
  insert(sql(), Session{.id = "idle",
                        .account = "ada",
                        .created_at = now - std::chrono::days{1},
                        .renewed_at = now - std::chrono::hours{13}});
  for (int number = 0; number < 60; ++number)
    insert(sql(), Session{.id = std::to_string(number),
                          .account = "ada",
                          .created_at = now,
                          .renewed_at = now + std::chrono::seconds{number}});
  tidy_sessions(sql(), "ada", now);
  const People people = read_people(sql());
  EXPECT_EQ(people.sessions.size(), 50);
  EXPECT_EQ(people.find_session("old"), nullptr);
  EXPECT_EQ(people.find_session("idle"), nullptr);
  EXPECT_NE(people.find_session("59"), nullptr);
}

}  // namespace
}  // namespace slipway::server::access
