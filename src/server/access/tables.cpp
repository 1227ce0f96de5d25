#include "server/access/tables.h"

#include <boost/json.hpp>

#include "json/map.h"
#include "server/store/sql.h"

namespace slipway::server::access {
namespace {

using soci::into;
using soci::use;
using store::from_ms;
using store::to_ms;
using Text = std::optional<std::string>;
using Number = std::optional<std::int64_t>;

Text text_of(const Apps& apps) {
  if (!apps) return std::nullopt;
  return boost::json::serialize(json::encode_value(*apps, false));
}

// What cannot be read limits to nothing.
Apps apps_of(const Text& text) {
  if (!text) return std::nullopt;
  const auto parsed = json::parse(*text);
  if (!parsed) return Apps{std::in_place};
  return json::decode_value<std::vector<std::string>>(*parsed, json::Strict::yes)
      .value_or(std::vector<std::string>{});
}

Role role_of(const std::string& text) {
  return parse_role(text).value_or(Role::viewer);
}

void read_accounts(soci::session& sql, People& people) {
  Account account;
  std::string role;
  Text apps;
  int disabled = 0;
  std::int64_t created = 0;
  Number last;
  soci::statement statement =
      (sql.prepare
           << "SELECT name, role, apps, disabled, password_hash, created_at, last_login FROM accounts",
       into(account.name), into(role), into(apps), into(disabled), into(account.password_hash), into(created),
       into(last));
  statement.execute();
  while (statement.fetch()) {
    account.role = role_of(role);
    account.apps = apps_of(apps);
    account.disabled = disabled != 0;
    account.created_at = base::from_unix_ms(created);
    account.last_login = from_ms(last);
    people.accounts.emplace(account.name, account);
  }
}

void read_sessions(soci::session& sql, People& people) {
  Session session;
  std::int64_t created = 0;
  std::int64_t renewed = 0;
  soci::statement statement =
      (sql.prepare << "SELECT id, account, renewal_hash, origin, created_at, renewed_at FROM sessions",
       into(session.id), into(session.account), into(session.renewal_hash), into(session.origin),
       into(created), into(renewed));
  statement.execute();
  while (statement.fetch()) {
    session.created_at = base::from_unix_ms(created);
    session.renewed_at = base::from_unix_ms(renewed);
    people.sessions.emplace(session.id, session);
  }
}

void read_tokens(soci::session& sql, People& people) {
  ApiToken token;
  std::string role;
  Text apps;
  std::int64_t created = 0;
  Number expires;
  Number used;
  soci::statement statement =
      (sql.prepare
           << "SELECT id, name, account, role, apps, hash, created_at, expires_at, last_used FROM api_tokens",
       into(token.id), into(token.name), into(token.account), into(role), into(apps), into(token.hash),
       into(created), into(expires), into(used));
  statement.execute();
  while (statement.fetch()) {
    token.role = role_of(role);
    token.apps = apps_of(apps);
    token.created_at = base::from_unix_ms(created);
    token.expires_at = from_ms(expires);
    token.last_used = from_ms(used);
    people.tokens.emplace(token.hash, token);
  }
}

}  // namespace

People read_people(soci::session& sql) {
  People people;
  read_accounts(sql, people);
  read_sessions(sql, people);
  read_tokens(sql, people);
  return people;
}

void insert(soci::session& sql, const Account& account) {
  const std::string role = name_of(account.role);
  const Text apps = text_of(account.apps);
  const std::int64_t created = base::to_unix_ms(account.created_at);
  sql << "INSERT INTO accounts (name, role, apps, password_hash, created_at) VALUES (:name, :role, :apps, "
         ":hash, "
         ":created)",
      use(account.name), use(role), use(apps), use(account.password_hash), use(created);
}

void update(soci::session& sql, const Account& account) {
  const std::string role = name_of(account.role);
  const Text apps = text_of(account.apps);
  const int disabled = account.disabled ? 1 : 0;
  const Number last = to_ms(account.last_login);
  sql << "UPDATE accounts SET role = :role, apps = :apps, disabled = :disabled, password_hash = :hash, "
         "last_login = "
         ":last WHERE name = :name",
      use(role), use(apps), use(disabled), use(account.password_hash), use(last), use(account.name);
}

void note_login(soci::session& sql, const std::string& account, base::Time now) {
  const std::int64_t ms = base::to_unix_ms(now);
  sql << "UPDATE accounts SET last_login = :now WHERE name = :name", use(ms), use(account);
}

void insert(soci::session& sql, const Session& session) {
  const std::int64_t created = base::to_unix_ms(session.created_at);
  const std::int64_t renewed = base::to_unix_ms(session.renewed_at);
  sql << "INSERT INTO sessions (id, account, renewal_hash, origin, created_at, renewed_at) VALUES (:id, "
         ":account, "
         ":hash, :origin, :created, :renewed)",
      use(session.id), use(session.account), use(session.renewal_hash), use(session.origin), use(created),
      use(renewed);
}

void renew_session(soci::session& sql, const std::string& id, base::Time now) {
  const std::int64_t ms = base::to_unix_ms(now);
  sql << "UPDATE sessions SET renewed_at = :now WHERE id = :id", use(ms), use(id);
}

void end_session(soci::session& sql, const std::string& id) {
  sql << "DELETE FROM sessions WHERE id = :id", use(id);
}

void end_sessions_of(soci::session& sql, const std::string& account) {
  sql << "DELETE FROM sessions WHERE account = :account", use(account);
}

void tidy_sessions(soci::session& sql, const std::string& account, base::Time now) {
  const std::int64_t idle = base::to_unix_ms(now - Session::idle_limit);
  const std::int64_t old = base::to_unix_ms(now - Session::age_limit);
  sql << "DELETE FROM sessions WHERE renewed_at <= :idle OR created_at <= :old", use(idle), use(old);
  sql << "DELETE FROM sessions WHERE account = :account AND id NOT IN (SELECT id FROM sessions WHERE account "
         "= "
         ":account ORDER BY renewed_at DESC LIMIT 50)",
      use(account, "account");
}

void insert(soci::session& sql, ApiToken& token) {
  const std::string role = name_of(token.role);
  const Text apps = text_of(token.apps);
  const std::int64_t created = base::to_unix_ms(token.created_at);
  const Number expires = to_ms(token.expires_at);
  sql << "INSERT INTO api_tokens (name, account, role, apps, hash, created_at, expires_at) VALUES (:name, "
         ":account, "
         ":role, :apps, :hash, :created, :expires)",
      use(token.name), use(token.account), use(role), use(apps), use(token.hash), use(created), use(expires);
  sql << "SELECT last_insert_rowid()", into(token.id);
}

void remove_token(soci::session& sql, std::int64_t id) {
  sql << "DELETE FROM api_tokens WHERE id = :id", use(id);
}

void touch_token(soci::session& sql, std::int64_t id, base::Time now) {
  const std::int64_t ms = base::to_unix_ms(now);
  sql << "UPDATE api_tokens SET last_used = :now WHERE id = :id", use(ms), use(id);
}

}  // namespace slipway::server::access
