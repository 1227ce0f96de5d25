#include "server/store/join_tokens.h"

#include "server/store/sql.h"
#include "server/store/write_transaction.h"

namespace slipway::server::store {
namespace {

using soci::into;
using soci::use;

constexpr std::chrono::days remembered{30};

std::vector<JoinToken> select(soci::session& sql, const std::string& where, const std::string& hash) {
  JoinToken row;
  std::int64_t created = 0;
  std::int64_t expires = 0;
  int revoked = 0;
  soci::statement statement =
      (sql.prepare << "SELECT id, hash, app, uses_left, created_at, created_by, expires_at, revoked FROM "
                      "join_tokens WHERE :hash = '' OR hash = :hash " +
                          where,
       use(hash, "hash"), into(row.id), into(row.hash), into(row.app), into(row.uses_left), into(created),
       into(row.created_by), into(expires), into(revoked));
  statement.execute();
  std::vector<JoinToken> rows;
  while (statement.fetch()) {
    row.created_at = base::from_unix_ms(created);
    row.expires_at = base::from_unix_ms(expires);
    row.revoked = revoked != 0;
    rows.push_back(row);
  }
  return rows;
}

}  // namespace

std::vector<JoinToken> select_join_tokens(soci::session& sql, base::Time now) {
  const std::int64_t old = base::to_unix_ms(now - remembered);
  sql << "DELETE FROM join_tokens WHERE expires_at < :old", use(old);
  return select(sql, "ORDER BY id", "");
}

std::int64_t insert_join_token(soci::session& sql, const JoinToken& token) {
  const std::int64_t created = base::to_unix_ms(token.created_at);
  const std::int64_t expires = base::to_unix_ms(token.expires_at);
  WriteTransaction transaction(sql);
  sql << "INSERT INTO join_tokens (hash, app, uses_left, created_at, created_by, expires_at, revoked) VALUES "
         "(:hash, :app, :uses, :created, :who, :expires, 0)",
      use(token.hash), use(token.app), use(token.uses_left), use(created), use(token.created_by),
      use(expires);
  std::int64_t id = 0;
  sql << "SELECT last_insert_rowid()", into(id);
  transaction.commit();
  return id;
}

std::optional<JoinToken> find_join_token(soci::session& sql, const std::string& hash) {
  auto found = select(sql, "LIMIT 1", hash);
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

bool revoke_join_token(soci::session& sql, std::int64_t id) {
  soci::statement statement = (sql.prepare << "UPDATE join_tokens SET revoked = 1 WHERE id = :id", use(id));
  statement.execute(true);
  return statement.get_affected_rows() > 0;
}

bool use_join_token(soci::session& sql, std::int64_t id, base::Time now) {
  const std::int64_t at = base::to_unix_ms(now);
  soci::statement statement =
      (sql.prepare << "UPDATE join_tokens SET uses_left = uses_left - 1 WHERE id = :id AND uses_left > 0 AND "
                      "revoked = 0 AND expires_at > :at",
       use(id), use(at));
  statement.execute(true);
  return statement.get_affected_rows() > 0;
}

}  // namespace slipway::server::store
