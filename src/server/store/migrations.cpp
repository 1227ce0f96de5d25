#include "server/store/migrations.h"

#include <array>
#include <string_view>

#include "server/store/sql.h"
#include "server/store/write_transaction.h"

namespace slipway::server::store {
namespace {

// Append only: what stands here was carried out on somebody's data. Times are milliseconds since 1970, UTC.
constexpr auto migrations = std::to_array<std::string_view>({R"(
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE deployments (
  id INTEGER PRIMARY KEY,
  app TEXT NOT NULL,
  action TEXT NOT NULL,
  revision TEXT NOT NULL,
  requested_revision TEXT,
  state TEXT NOT NULL,
  note TEXT NOT NULL,
  cancel_requested INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  finished_at INTEGER
);
CREATE INDEX deployments_by_app ON deployments (app, id);
CREATE INDEX deployments_running ON deployments (id) WHERE state = 'running';
CREATE TABLE deployment_nodes (
  deployment_id INTEGER NOT NULL REFERENCES deployments (id),
  position INTEGER NOT NULL,
  alias TEXT NOT NULL,
  order_id TEXT NOT NULL UNIQUE,
  addr TEXT NOT NULL,
  order_json TEXT NOT NULL,
  delivery TEXT NOT NULL,
  spool_offset INTEGER NOT NULL,
  output_bytes INTEGER NOT NULL,
  state TEXT NOT NULL,
  step TEXT,
  exit_code INTEGER,
  reason TEXT,
  steps TEXT NOT NULL,
  revision_before TEXT,
  revision_after TEXT,
  started_at INTEGER,
  finished_at INTEGER,
  PRIMARY KEY (deployment_id, alias)
) WITHOUT ROWID;
CREATE INDEX deployment_nodes_unsettled ON deployment_nodes (deployment_id) WHERE delivery <> 'settled';
CREATE TABLE events (
  id INTEGER PRIMARY KEY,
  deployment_id INTEGER,
  type TEXT NOT NULL,
  data TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  order_id TEXT,
  output_offset INTEGER,
  output_length INTEGER
);
CREATE INDEX events_by_deployment ON events (deployment_id, id);
CREATE INDEX events_but_output ON events (id) WHERE type <> 'output';
)",
                                                             R"(
ALTER TABLE deployments ADD COLUMN plan TEXT NOT NULL DEFAULT '{}';
ALTER TABLE deployments ADD COLUMN wave INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployments ADD COLUMN continued INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployment_nodes ADD COLUMN wave INTEGER NOT NULL DEFAULT 0;
)",
                                                             R"(
CREATE TABLE freezes (app TEXT PRIMARY KEY, reason TEXT NOT NULL, who TEXT NOT NULL, since INTEGER NOT NULL) WITHOUT ROWID;
)",
                                                             R"(
ALTER TABLE deployments ADD COLUMN who TEXT NOT NULL DEFAULT '';
ALTER TABLE deployments ADD COLUMN retry_of INTEGER;
ALTER TABLE deployments ADD COLUMN prepared INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployments ADD COLUMN undoing INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployments ADD COLUMN stop_reason TEXT;
ALTER TABLE deployments ADD COLUMN started_at INTEGER;
UPDATE deployments SET started_at = created_at;
DROP INDEX deployments_running;
CREATE INDEX deployments_unended ON deployments (id) WHERE state IN ('queued', 'running');
ALTER TABLE deployment_nodes ADD COLUMN undo INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deployment_nodes ADD COLUMN first_order TEXT NOT NULL DEFAULT '';
CREATE TABLE replaced_orders (order_id TEXT PRIMARY KEY, deployment_id INTEGER NOT NULL, addr TEXT NOT NULL) WITHOUT ROWID;
)",
                                                             R"(
CREATE TABLE standings (
  app TEXT NOT NULL,
  alias TEXT NOT NULL,
  left_deployment INTEGER NOT NULL,
  left_revision TEXT NOT NULL,
  good_deployment INTEGER,
  good_revision TEXT,
  PRIMARY KEY (app, alias)
) WITHOUT ROWID;
CREATE TABLE app_revisions (app TEXT PRIMARY KEY, deployment_id INTEGER NOT NULL, revision TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO standings (app, alias, left_deployment, left_revision)
  SELECT d.app, n.alias, n.deployment_id, n.revision_after
  FROM deployment_nodes n JOIN deployments d ON d.id = n.deployment_id
  WHERE (d.app, n.alias, n.deployment_id) IN (
    SELECT e.app, m.alias, max(m.deployment_id)
    FROM deployment_nodes m JOIN deployments e ON e.id = m.deployment_id
    WHERE m.revision_after IS NOT NULL AND (m.state IN ('succeeded', 'rolled_back')
      OR (m.state IN ('failed', 'cancelled', 'interrupted') AND m.revision_after IS NOT m.revision_before))
    GROUP BY e.app, m.alias);
UPDATE standings SET good_deployment = (
  SELECT max(n.deployment_id) FROM deployment_nodes n JOIN deployments d ON d.id = n.deployment_id
  WHERE d.app = standings.app AND n.alias = standings.alias AND n.state = 'succeeded' AND n.revision_after IS NOT NULL);
UPDATE standings SET good_revision = (SELECT revision FROM deployments WHERE id = good_deployment);
INSERT INTO app_revisions (app, deployment_id, revision)
  SELECT app, id, revision FROM deployments WHERE id IN (
    SELECT max(d.id) FROM deployments d JOIN deployment_nodes n ON n.deployment_id = d.id
    WHERE n.state = 'succeeded' AND d.state NOT IN ('queued', 'running') GROUP BY d.app);
)",
                                                             R"(
ALTER TABLE deployment_nodes ADD COLUMN output_removed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX deployment_nodes_output ON deployment_nodes (deployment_id, output_bytes) WHERE output_removed = 0;
CREATE INDEX deployment_nodes_by_alias ON deployment_nodes (alias, deployment_id, state, revision_after);
)",
                                                             R"(
CREATE TABLE agent_keys (
  agent TEXT PRIMARY KEY,
  key TEXT,
  confirmed INTEGER NOT NULL DEFAULT 0,
  offered TEXT,
  first_seen INTEGER,
  offered_at INTEGER,
  confirmed_at INTEGER,
  confirmed_by TEXT
) WITHOUT ROWID;
)",
                                                             R"(
ALTER TABLE agent_keys ADD COLUMN dials INTEGER NOT NULL DEFAULT 0;
ALTER TABLE agent_keys ADD COLUMN rejected INTEGER NOT NULL DEFAULT 0;
ALTER TABLE agent_keys ADD COLUMN next_key TEXT;
ALTER TABLE agent_keys ADD COLUMN next_of TEXT;
CREATE TABLE join_tokens (
  id INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  app TEXT,
  uses_left INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked INTEGER NOT NULL
);
)",
                                                             R"(
CREATE TABLE accounts (
  name TEXT PRIMARY KEY,
  role TEXT NOT NULL,
  apps TEXT,
  disabled INTEGER NOT NULL DEFAULT 0,
  password_hash TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_login INTEGER
) WITHOUT ROWID;
)",
                                                             R"(
CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts (name),
  renewal_hash TEXT NOT NULL,
  origin TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  renewed_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX sessions_by_account ON sessions (account);
)",
                                                             R"(
CREATE TABLE api_tokens (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT NOT NULL,
  account TEXT NOT NULL REFERENCES accounts (name),
  role TEXT NOT NULL,
  apps TEXT,
  hash TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  last_used INTEGER
);
CREATE INDEX api_tokens_by_account ON api_tokens (account);
)",
                                                             R"(
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  who TEXT NOT NULL,
  via TEXT NOT NULL,
  origin TEXT NOT NULL,
  what TEXT NOT NULL,
  target TEXT NOT NULL,
  app TEXT NOT NULL,
  result TEXT NOT NULL,
  detail TEXT NOT NULL,
  repeats INTEGER NOT NULL,
  hash TEXT NOT NULL
);
CREATE INDEX audit_by_who ON audit (who, id);
CREATE INDEX audit_by_app ON audit (app, id);
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit BEGIN
  SELECT RAISE(ABORT, 'the audit log is only ever added to');
END;
CREATE TRIGGER audit_is_never_shortened BEFORE DELETE ON audit BEGIN
  SELECT RAISE(ABORT, 'the audit log is only ever added to');
END;
)"});

// Statement by statement; a trigger has semicolons inside.
void execute_script(soci::session& sql, std::string_view script) {
  std::size_t from = 0;
  for (std::size_t end = script.find(';'); end != std::string_view::npos; end = script.find(';', end + 1)) {
    const std::string statement{script.substr(from, end + 1 - from)};
    if (sqlite_api::sqlite3_complete(statement.c_str()) == 0) continue;
    sql << statement;
    from = end + 1;
  }
}

int schema_of(soci::session& sql) {
  int number = 0;
  sql << "PRAGMA user_version", soci::into(number);
  return number;
}

std::unexpected<base::Error> too_new(int found) {
  return base::fail(
      base::ErrorCode::conflict,
      "the database was written by a newer Slipway (schema {}, this one knows {}): use the newer one again",
      found, migrations.size());
}

}  // namespace

base::Result<> migrate(soci::session& sql) {
  const int done = schema_of(sql);
  if (done > static_cast<int>(migrations.size())) return too_new(done);
  for (std::size_t next = static_cast<std::size_t>(done); next < migrations.size(); ++next) {
    WriteTransaction transaction(sql);
    if (schema_of(sql) > static_cast<int>(next)) continue;  // another program did it meanwhile
    execute_script(sql, migrations[next]);
    sql << fmt::format("PRAGMA user_version = {}", next + 1);
    transaction.commit();
  }
  return {};
}

base::Result<> check_schema(soci::session& sql) {
  const int found = schema_of(sql);
  if (found > static_cast<int>(migrations.size())) return too_new(found);
  if (found == static_cast<int>(migrations.size())) return {};
  return base::fail(
      base::ErrorCode::conflict,
      "the server that runs is older than this program (schema {}, this one writes {}): restart "
      "the server with this version first",
      found, migrations.size());
}

}  // namespace slipway::server::store
