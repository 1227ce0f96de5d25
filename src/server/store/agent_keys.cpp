#include "server/store/agent_keys.h"

#include <algorithm>

#include "server/store/sql.h"
#include "server/store/write_transaction.h"

namespace slipway::server::store {
namespace {

using soci::into;
using soci::use;

std::optional<base::Fingerprint> fingerprint_from(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  const auto read = base::parse_fingerprint(*text);
  return read ? std::optional(*read) : std::nullopt;
}

std::string text_or_none(const std::optional<base::Fingerprint>& key) {
  return key ? key->text() : "none";
}

}  // namespace

std::vector<AgentKey> select_agent_keys(soci::session& sql) {
  AgentKey row;
  int confirmed = 0;
  int dials = 0;
  int rejected = 0;
  std::optional<std::string> key;
  std::optional<std::string> offered;
  std::optional<std::string> next;
  std::optional<std::string> next_of;
  std::optional<std::int64_t> seen;
  std::optional<std::int64_t> offered_at;
  std::optional<std::int64_t> confirmed_at;
  soci::statement statement =
      (sql.prepare << "SELECT agent, key, confirmed, offered, first_seen, offered_at, confirmed_at, "
                      "confirmed_by, dials, rejected, next_key, next_of FROM agent_keys ORDER BY agent",
       into(row.agent), into(key), into(confirmed), into(offered), into(seen), into(offered_at),
       into(confirmed_at), into(row.confirmed_by), into(dials), into(rejected), into(next), into(next_of));
  statement.execute();
  std::vector<AgentKey> rows;
  while (statement.fetch()) {
    row.key = fingerprint_from(key);
    row.confirmed = confirmed != 0;
    row.next = fingerprint_from(next);
    row.next_of = fingerprint_from(next_of);
    row.dials = dials != 0;
    row.rejected = rejected != 0;
    row.offered = fingerprint_from(offered);
    row.first_seen = from_ms(seen);
    row.offered_at = from_ms(offered_at);
    row.confirmed_at = from_ms(confirmed_at);
    rows.push_back(row);
  }
  return rows;
}

void record_first_contact(soci::session& sql, const std::string& agent, const base::Fingerprint& key,
                          base::Time now) {
  const std::string text = key.text();
  const std::int64_t at = base::to_unix_ms(now);
  sql << "INSERT INTO agent_keys (agent, key, first_seen) VALUES (:agent, :key, :at) ON CONFLICT (agent) DO "
         "UPDATE SET key = excluded.key, first_seen = excluded.first_seen WHERE key IS NULL",
      use(agent), use(text), use(at);
}

void record_offer(soci::session& sql, const std::string& agent,
                  const std::optional<base::Fingerprint>& offered, base::Time now) {
  const std::optional<std::string> text = offered ? std::optional(offered->text()) : std::nullopt;
  const std::optional<std::int64_t> at = offered ? std::optional(base::to_unix_ms(now)) : std::nullopt;
  sql << "INSERT INTO agent_keys (agent, offered, offered_at) VALUES (:agent, :offered, :at) ON CONFLICT "
         "(agent) DO UPDATE SET offered = excluded.offered, offered_at = excluded.offered_at",
      use(agent), use(text), use(at);
}

base::Result<> accept_key(soci::session& sql, const std::string& agent, const base::Fingerprint& key,
                          const std::string& who, base::Time now) {
  WriteTransaction transaction(sql);
  const auto rows = select_agent_keys(sql);
  const auto row = std::ranges::find(rows, agent, &AgentKey::agent);
  const bool shown = row != rows.end() && (row->key == key || row->offered == key);
  const bool silent = row == rows.end() || (!row->key && !row->offered);
  if (!shown && !silent) {
    return base::fail(
        base::ErrorCode::conflict,
        "the agent {} has not shown the key {}: known is {}, offered is {}; look at its host with: "
        "slipway-agent fingerprint",
        agent, key.text(), text_or_none(row->key), text_or_none(row->offered));
  }
  const std::string text = key.text();
  const std::int64_t at = base::to_unix_ms(now);
  sql << "INSERT INTO agent_keys (agent, key, confirmed, first_seen, confirmed_at, confirmed_by) VALUES "
         "(:agent, :key, 1, :at, :at, :who) ON CONFLICT (agent) DO UPDATE SET first_seen = CASE WHEN key IS "
         "excluded.key THEN first_seen ELSE excluded.first_seen END, key = excluded.key, confirmed = 1, "
         "confirmed_at = excluded.confirmed_at, confirmed_by = excluded.confirmed_by, offered = NULL, "
         "offered_at = NULL, rejected = 0",
      use(agent, "agent"), use(text, "key"), use(at, "at"), use(who, "who");
  transaction.commit();
  return {};
}

void record_next(soci::session& sql, const std::string& agent, const base::Fingerprint& of,
                 const base::Fingerprint& next) {
  const std::string announcer = of.text();
  const std::string text = next.text();
  sql << "INSERT INTO agent_keys (agent, next_key, next_of) VALUES (:agent, :next, :of) ON CONFLICT (agent) "
         "DO "
         "UPDATE SET next_key = excluded.next_key, next_of = excluded.next_of",
      use(agent), use(text), use(announcer);
}

void take_next(soci::session& sql, const std::string& agent, const base::Fingerprint& next) {
  const std::string text = next.text();
  sql << "UPDATE agent_keys SET key = :next, next_key = NULL, next_of = NULL WHERE agent = :agent AND "
         "next_key = "
         ":next AND next_of = key",
      use(text, "next"), use(agent, "agent");
}

void record_waiting(soci::session& sql, const std::string& agent, const base::Fingerprint& key,
                    base::Time now) {
  const std::string text = key.text();
  const std::int64_t at = base::to_unix_ms(now);
  sql << "INSERT INTO agent_keys (agent, offered, offered_at, dials) VALUES (:agent, :key, :at, 1) ON "
         "CONFLICT "
         "(agent) DO UPDATE SET offered = excluded.offered, offered_at = excluded.offered_at, dials = 1, "
         "rejected = 0 WHERE key IS NULL",
      use(agent), use(text), use(at);
}

void forget_waiting(soci::session& sql, const std::string& agent) {
  sql << "DELETE FROM agent_keys WHERE agent = :agent AND key IS NULL AND rejected = 0", use(agent);
}

void forget_all_waiting(soci::session& sql) {
  sql << "DELETE FROM agent_keys WHERE key IS NULL AND dials = 1 AND rejected = 0";
}

base::Result<> reject_key(soci::session& sql, const std::string& agent) {
  soci::statement statement =
      (sql.prepare
           << "UPDATE agent_keys SET rejected = (key IS NULL), offered = CASE WHEN key IS NULL THEN "
              "offered END, offered_at = CASE WHEN key IS NULL THEN offered_at END WHERE agent = :agent "
              "AND offered IS NOT NULL",
       use(agent));
  statement.execute(true);
  if (statement.get_affected_rows() > 0) return {};
  return base::fail(base::ErrorCode::conflict, "the agent {} offers no key that could be rejected", agent);
}

void record_joined(soci::session& sql, const std::string& agent, const base::Fingerprint& key,
                   const std::string& by, base::Time now) {
  const std::string text = key.text();
  const std::int64_t at = base::to_unix_ms(now);
  sql << "INSERT OR REPLACE INTO agent_keys (agent, key, confirmed, first_seen, confirmed_at, confirmed_by, "
         "dials) "
         "VALUES (:agent, :key, 1, :at, :at, :by, 1)",
      use(agent, "agent"), use(text, "key"), use(at, "at"), use(by, "by");
}

}  // namespace slipway::server::store
