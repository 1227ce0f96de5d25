#include "server/access/audit.h"

#include "people_fixture.h"
#include "server/access/repeats.h"

namespace slipway::server::access {
namespace {

using testing::HasSubstr;

AuditEntry entry(std::string who, std::string what = "createDeployment") {
  return {.at = base::from_unix_ms(1'800'000'000'000),
          .who = std::move(who),
          .via = "session",
          .origin = "10.0.0.1",
          .what = std::move(what),
          .target = "apps/shop",
          .app = "shop",
          .result = "done",
          .detail = "deployment 1"};
}

class AuditTest : public PeopleTest {
 protected:
  AuditTest() {
    for (const char* who : {"ada", "bob", "ada", "grace", "bob"}) append_alone(sql(), entry(who));
  }

  // By hand, as somebody who can write the file would.
  void tamper(const std::string& statement) {
    for (const char* trigger : {"audit_is_never_changed", "audit_is_never_shortened"})
      sql() << std::string("DROP TRIGGER IF EXISTS ") + trigger;
    sql() << statement;
  }

  std::string verdict(std::optional<AuditHead> known = {}) {
    const auto head = verify_audit(sql(), known);
    return head ? "whole" : head.error().message;
  }
};

TEST_F(AuditTest, IsWholeAsItWasWritten) {
  const auto head = verify_audit(sql());
  ASSERT_TRUE(head);
  EXPECT_EQ(head->id, 5);
  EXPECT_EQ(verdict(*head), "whole");
}

TEST_F(AuditTest, IsOnlyEverAddedTo) {
  EXPECT_THROW(sql() << "UPDATE audit SET who = 'eve' WHERE id = 2", std::exception);
  EXPECT_THROW(sql() << "DELETE FROM audit WHERE id = 2", std::exception);
  EXPECT_EQ(verdict(), "whole");
}

TEST_F(AuditTest, AChangedEntryIsFound) {
  for (const char* change :
       {"who = 'eve'", "at = at + 1", "detail = ''", "repeats = 2", "hash = replace(hash, 'a', 'b')"}) {
    tamper("SAVEPOINT before");
    tamper(std::string("UPDATE audit SET ") + change + " WHERE id = 3");
    EXPECT_THAT(verdict(), HasSubstr("breaks at entry 3")) << change;
    tamper("ROLLBACK TO before");
    tamper("RELEASE before");
  }
}

TEST_F(AuditTest, AnEntryThatWasTakenOutIsFound) {
  tamper("DELETE FROM audit WHERE id = 3");
  EXPECT_THAT(verdict(), HasSubstr("breaks at entry 3: it is missing"));
}

TEST_F(AuditTest, TwoThatChangedPlacesAreFound) {
  tamper("UPDATE audit SET id = 100 WHERE id = 2");
  tamper("UPDATE audit SET id = 2 WHERE id = 3");
  tamper("UPDATE audit SET id = 3 WHERE id = 100");
  EXPECT_THAT(verdict(), HasSubstr("breaks at entry 2"));
}

TEST_F(AuditTest, AnEndThatWasCutOffIsFoundAlsoWhenItGoesOn) {
  tamper("DELETE FROM audit WHERE id > 3");
  EXPECT_THAT(verdict(), HasSubstr("breaks at entry 4: it and all behind it are missing, up to 5"));
  append_alone(sql(), entry("eve"));
  EXPECT_THAT(verdict(), HasSubstr("breaks at entry 4: it is missing; the next one that is there is 6"));
}

TEST_F(AuditTest, ALogThatWasWrittenAnewIsFoundByAHeadThatWasKept) {
  const AuditHead kept = verify_audit(sql()).value();
  tamper("DELETE FROM audit");
  tamper("DELETE FROM sqlite_sequence WHERE name = 'audit'");
  for (int number = 0; number < 6; ++number) append_alone(sql(), entry("eve"));
  EXPECT_EQ(verdict(), "whole");
  EXPECT_THAT(verdict(kept), HasSubstr("breaks at entry 5: it is not the one that was written down"));
}

TEST_F(AuditTest, IsListedNewestFirstWithFilters) {
  EXPECT_EQ(list_audit(sql(), {}, 2).front().id, 5);
  EXPECT_EQ(list_audit(sql(), {.who = "ada"}, 10).size(), 2);
  EXPECT_EQ(list_audit(sql(), {.who = "ada", .before = 3}, 10).size(), 1);
  EXPECT_EQ(list_audit(sql(), {.what = "logIn"}, 10).size(), 0);
  EXPECT_EQ(list_audit(sql(), {.app = "shop"}, 10).size(), 5);
  EXPECT_EQ(list_audit(sql(), {.since = base::now() + std::chrono::days{10'000}}, 10).size(), 0);
}

TEST_F(AuditTest, SecretsAndBadBytesAreNotKept) {
  AuditEntry odd = entry("a\xff");
  odd.detail = "from https://me:secret@example.org/x " + std::string(5000, 'x');
  append_alone(sql(), odd);
  const AuditEntry kept = list_audit(sql(), {}, 1).front();
  EXPECT_THAT(kept.detail, HasSubstr("https://***@example.org/x"));
  EXPECT_LE(kept.detail.size(), 1000);
  EXPECT_EQ(verdict(), "whole");
}

TEST(Repeats, TheFirstOfAKindIsWrittenAndTheOthersCounted) {
  Repeats repeats;
  const Repeats::Time start{};
  AuditEntry refusal = entry("", "logIn");
  EXPECT_TRUE(repeats.is_first(refusal, start));
  for (int number = 0; number < 500; ++number)
    EXPECT_FALSE(repeats.is_first(refusal, start + std::chrono::seconds{30}));
  EXPECT_TRUE(repeats.due(start + std::chrono::seconds{59}).empty());
  const auto due = repeats.due(start + std::chrono::seconds{60});
  ASSERT_EQ(due.size(), 1);
  EXPECT_EQ(due.front().repeats, 500);
  EXPECT_EQ(due.front().what, "logIn");
  EXPECT_TRUE(repeats.is_first(refusal, start + std::chrono::seconds{61}));
}

TEST(Repeats, AFloodOfKindsIsBounded) {
  Repeats repeats;
  int written = 0;
  for (int number = 0; number < 100'000; ++number)
    written += repeats.is_first(entry("name" + std::to_string(number), "logIn"), {}) ? 1 : 0;
  EXPECT_EQ(written, 50);
  const auto due = repeats.due({}, true);
  ASSERT_EQ(due.size(), 1);
  EXPECT_EQ(due.front().repeats, 100'000 - 50);
}

}  // namespace
}  // namespace slipway::server::access
