#include "server/access/audit.h"

#include <boost/json.hpp>

#include "base/text.h"
#include "server/access/crypto.h"
#include "server/store/sql.h"
#include "server/store/write_transaction.h"

namespace slipway::server::access {
namespace {

using soci::into;
using soci::use;

constexpr std::size_t max_text = 1000;
const std::string first_hash(64, '0');

// What comes from outside, as it may be kept.
std::string kept(const std::string& text) {
  return base::shorten(base::mask_credentials(base::to_utf8(text)), max_text);
}

struct Row {
  AuditEntry entry;
  std::int64_t at = 0;

  AuditEntry read() const {
    AuditEntry result = entry;
    result.at = base::from_unix_ms(at);
    return result;
  }
};

constexpr const char* columns =
    "SELECT id, at, who, via, origin, what, target, app, result, detail, repeats, hash FROM audit ";

// Reads row by row; the function returns false to end it.
template <class Statement, class Function>
void each_row(Statement&& statement, Row& row, Function function) {
  statement.execute();
  while (statement.fetch()) {
    if (!function(row.read())) return;
  }
}

AuditHead head_of(soci::session& sql) {
  AuditHead head{0, first_hash};
  sql << "SELECT id, hash FROM audit ORDER BY id DESC LIMIT 1", into(head.id), into(head.hash);
  return head;
}

// SQLite's own memory of how many there were.
std::int64_t ever_written(soci::session& sql) {
  std::int64_t count = 0;
  sql << "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'audit'", into(count);
  return count;
}

std::unexpected<base::Error> broken(std::int64_t id, std::string_view how) {
  return base::fail(base::ErrorCode::conflict, "the audit log breaks at entry {}: {}", id, how);
}

base::Result<> check_link(const AuditEntry& entry, const AuditHead& before) {
  if (entry.id != before.id + 1)
    return broken(before.id + 1, fmt::format("it is missing; the next one that is there is {}", entry.id));
  if (entry.hash != sha256(before.hash + canonical(entry)))
    return broken(entry.id, "it is not what was written, or one before it was changed");
  return {};
}

}  // namespace

std::string canonical(const AuditEntry& entry) {
  return boost::json::serialize(boost::json::array{entry.id, base::to_unix_ms(entry.at), entry.who, entry.via,
                                                   entry.origin, entry.what, entry.target, entry.app,
                                                   entry.result, entry.detail, entry.repeats});
}

void append(soci::session& sql, AuditEntry& entry) {
  const AuditHead before = head_of(sql);
  // One that was cut off at the end stays missed.
  entry.id = std::max(before.id, ever_written(sql)) + 1;
  for (std::string* text :
       {&entry.who, &entry.via, &entry.origin, &entry.what, &entry.target, &entry.app, &entry.detail})
    *text = kept(*text);
  entry.hash = sha256(before.hash + canonical(entry));
  const std::int64_t at = base::to_unix_ms(entry.at);
  sql << "INSERT INTO audit (id, at, who, via, origin, what, target, app, result, detail, repeats, hash) "
         "VALUES "
         "(:id, :at, :who, :via, :origin, :what, :target, :app, :result, :detail, :repeats, :hash)",
      use(entry.id), use(at), use(entry.who), use(entry.via), use(entry.origin), use(entry.what),
      use(entry.target), use(entry.app), use(entry.result), use(entry.detail), use(entry.repeats),
      use(entry.hash);
}

void append_alone(soci::session& sql, AuditEntry entry) {
  store::WriteTransaction transaction(sql);
  append(sql, entry);
  transaction.commit();
}

std::vector<AuditEntry> list_audit(soci::session& sql, const AuditFilter& filter, int limit) {
  const std::string who = filter.who.value_or("");
  const std::string what = filter.what.value_or("");
  const std::string app = filter.app.value_or("");
  const std::int64_t since = filter.since ? base::to_unix_ms(*filter.since) : 0;
  const std::int64_t before = filter.before.value_or(0);
  std::string where =
      "WHERE :who = :who AND :what = :what AND :app = :app AND at >= :since AND (:before = 0 OR id < "
      ":before)";
  if (filter.who) where += " AND who = :who";
  if (filter.what) where += " AND what = :what";
  if (filter.app) where += " AND app = :app";
  Row row;
  AuditEntry& e = row.entry;
  std::vector<AuditEntry> entries;
  each_row(soci::statement((sql.prepare << columns + where + fmt::format(" ORDER BY id DESC LIMIT {}", limit),
                            use(who, "who"), use(what, "what"), use(app, "app"), use(since, "since"),
                            use(before, "before"), into(e.id), into(row.at), into(e.who), into(e.via),
                            into(e.origin), into(e.what), into(e.target), into(e.app), into(e.result),
                            into(e.detail), into(e.repeats), into(e.hash))),
           row, [&](AuditEntry entry) {
             entries.push_back(std::move(entry));
             return true;
           });
  return entries;
}

base::Result<AuditHead> verify_audit(soci::session& sql, const std::optional<AuditHead>& known) {
  AuditHead last{0, first_hash};
  base::Result<> whole;
  bool met = !known;
  Row row;
  AuditEntry& e = row.entry;
  each_row(soci::statement((sql.prepare << std::string(columns) + "ORDER BY id", into(e.id), into(row.at),
                            into(e.who), into(e.via), into(e.origin), into(e.what), into(e.target),
                            into(e.app), into(e.result), into(e.detail), into(e.repeats), into(e.hash))),
           row, [&](const AuditEntry& entry) {
             whole = check_link(entry, last);
             last = {entry.id, entry.hash};
             met |= known && known->id == entry.id && known->hash == entry.hash;
             return whole.has_value();
           });
  if (!whole) return std::unexpected(whole.error());
  if (const std::int64_t count = ever_written(sql); count > last.id)
    return broken(last.id + 1, fmt::format("it and all behind it are missing, up to {}", count));
  if (!met) return broken(known->id, "it is not the one that was written down: the log was written anew");
  return last;
}

}  // namespace slipway::server::access
