#include "server/store/past_rows.h"

#include <map>
#include <ranges>
#include <set>

#include "server/store/sql.h"
#include "server/store/write_transaction.h"

namespace slipway::server::store {
namespace {

using soci::into;
using soci::use;
using Number = std::int64_t;

constexpr int events_at_once = 500;
constexpr int pages_at_once = 500;
constexpr Number most_fleet_events = 100'000;

Number number(soci::session& sql, const std::string& query) {
  std::optional<Number> value;
  sql << query, into(value);
  return value.value_or(0);
}

// For each node of each app the last deployment, the last that it got anything by, and the last that
// succeeded there.
std::set<Number> last_of_nodes(soci::session& sql) {
  std::optional<Number> any;
  std::optional<Number> got;
  std::optional<Number> good;
  soci::statement statement =
      (sql.prepare
           << "SELECT max(n.deployment_id), max(CASE WHEN n.revision_after IS NOT NULL THEN n.deployment_id "
              "END), max(CASE WHEN n.state = 'succeeded' THEN n.deployment_id END) "
              "FROM deployment_nodes n JOIN deployments d ON d.id = n.deployment_id GROUP BY d.app, n.alias",
       into(any), into(got), into(good));
  statement.execute();
  std::set<Number> last;
  while (statement.fetch()) {
    for (const auto& id : {any, got, good})
      if (id) last.insert(*id);
  }
  return last;
}

// Called before they go: whoever followed up to an event before them has to load the state again.
void remember_removed(soci::session& sql, Number id) {
  if (id <= events_removed_up_to(sql)) return;
  const std::string text = std::to_string(id);
  sql << "INSERT OR REPLACE INTO settings (name, value) VALUES ('events_removed_up_to', :value)", use(text);
}

// The ids that `where` selects, the oldest first. The newest event of all stays: the next id follows from it.
std::vector<Number> some_events(soci::session& sql, const std::string& where, Number value) {
  Number id = 0;
  soci::statement statement =
      (sql.prepare << "SELECT id FROM events WHERE " + where +
                          " AND id < (SELECT max(id) FROM events) ORDER BY id LIMIT " +
                          std::to_string(events_at_once),
       use(value, "value"), into(id));
  statement.execute();
  std::vector<Number> ids;
  while (statement.fetch()) ids.push_back(id);
  return ids;
}

bool delete_events(soci::session& sql, const std::vector<Number>& ids) {
  if (ids.empty()) return false;
  WriteTransaction transaction(sql);
  const Number first = ids.front();
  const Number last = ids.back();
  std::optional<Number> told;
  Number id = 0;
  soci::statement remove = (sql.prepare << "DELETE FROM events WHERE id = :id", use(id));
  sql << "SELECT max(id) FROM events WHERE type <> 'output' AND id BETWEEN :first AND :last", use(first),
      use(last), into(told);
  if (told) remember_removed(sql, *told);
  for (const Number one : ids) {
    id = one;
    remove.execute(true);
  }
  transaction.commit();
  return true;
}

}  // namespace

std::vector<Past> select_past(soci::session& sql) {
  const std::set<Number> last = last_of_nodes(sql);
  std::map<std::string, int> newer;  // by app: how many came later
  Past past;
  std::string app;
  Number ended = 0;
  int has_output = 0;
  soci::statement statement =
      (sql.prepare << "SELECT d.id, d.app, d.finished_at, EXISTS (SELECT 1 FROM deployment_nodes n WHERE "
                      "n.deployment_id = d.id AND n.output_removed = 0) FROM deployments d "
                      "WHERE d.finished_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM deployment_nodes u "
                      "WHERE u.deployment_id = d.id AND u.delivery <> 'settled') ORDER BY d.id DESC",
       into(past.id), into(app), into(ended), into(has_output));
  statement.execute();
  std::vector<Past> found;
  while (statement.fetch()) {
    const int later = newer[app]++;
    past.ended = base::from_unix_ms(ended);
    past.has_output = has_output != 0;
    past.newest = later == 0;
    past.among_newest = later < kept_of_each_app;
    past.last_of_a_node = last.contains(past.id);
    found.push_back(past);
  }
  std::ranges::reverse(found);
  return found;
}

std::uint64_t database_bytes(soci::session& sql) {
  const Number pages = number(sql, "PRAGMA page_count") - number(sql, "PRAGMA freelist_count");
  return static_cast<std::uint64_t>(pages * number(sql, "PRAGMA page_size"));
}

std::uint64_t kept_output_bytes(soci::session& sql) {
  return static_cast<std::uint64_t>(number(
      sql, "SELECT sum(output_bytes) FROM deployment_nodes WHERE output_removed = 0 AND output_bytes > 0"));
}

bool delete_some_events(soci::session& sql, Number deployment) {
  return delete_events(sql, some_events(sql, "deployment_id = :value", deployment));
}

bool delete_some_fleet_events(soci::session& sql, std::optional<base::Time> older_than) {
  const Number surplus = number(
      sql, fmt::format("SELECT id FROM events WHERE deployment_id IS NULL ORDER BY id DESC LIMIT 1 OFFSET {}",
                       most_fleet_events));
  auto ids = some_events(sql, "deployment_id IS NULL AND id <= :value", surplus);
  if (ids.empty() && older_than) {
    ids = some_events(sql, "deployment_id IS NULL AND created_at < :value", base::to_unix_ms(*older_than));
  }
  return delete_events(sql, ids);
}

std::optional<std::string> kept_output(soci::session& sql, Number deployment) {
  std::optional<std::string> name;
  sql << "SELECT CASE first_order WHEN '' THEN order_id ELSE first_order END FROM deployment_nodes "
         "WHERE deployment_id = :id AND output_removed = 0 LIMIT 1",
      use(deployment), into(name);
  return name;
}

void mark_output_removed(soci::session& sql, Number deployment, const std::string& name) {
  sql << "UPDATE deployment_nodes SET output_removed = 1 WHERE deployment_id = :id AND "
         "(order_id = :name OR first_order = :name)",
      use(deployment, "id"), use(name, "name");
}

void delete_deployment(soci::session& sql, Number id) {
  WriteTransaction transaction(sql);
  sql << "DELETE FROM replaced_orders WHERE deployment_id = :id", use(id);
  sql << "DELETE FROM deployment_nodes WHERE deployment_id = :id", use(id);
  sql << "DELETE FROM deployments WHERE id = :id", use(id);
  transaction.commit();
}

Number events_removed_up_to(soci::session& sql) {
  return number(sql, "SELECT CAST(value AS INTEGER) FROM settings WHERE name = 'events_removed_up_to'");
}

bool return_some_pages(soci::session& sql) {
  const Number unused = number(sql, "PRAGMA freelist_count");
  if (unused == 0 || number(sql, "PRAGMA auto_vacuum") == 0) return false;
  // It answers with rows that have no columns, which SOCI does not read.
  sqlite_api::sqlite3* database = static_cast<soci::sqlite3_session_backend*>(sql.get_backend())->conn_;
  const std::string step = fmt::format("PRAGMA incremental_vacuum({})", pages_at_once);
  sqlite_api::sqlite3_exec(database, step.c_str(), nullptr, nullptr, nullptr);
  return number(sql, "PRAGMA freelist_count") < unused;
}

}  // namespace slipway::server::store
