#include "server/store/ledger_rows.h"

#include "server/store/sql.h"

namespace slipway::server::store {
namespace {

using soci::into;
using soci::use;

void write_standing(soci::session& sql, const StandingRow& row) {
  const Standing& standing = row.standing;
  if (!standing.left) return;
  std::optional<std::int64_t> deployment;
  std::optional<std::string> revision;
  if (standing.good) {
    deployment = standing.good->deployment;
    revision = standing.good->revision;
  }
  sql << "INSERT OR REPLACE INTO standings (app, alias, left_deployment, left_revision, good_deployment, "
         "good_revision) VALUES (:app, :alias, :left, :left_revision, :good, :good_revision)",
      use(row.app), use(row.alias), use(standing.left->deployment), use(standing.left->revision),
      use(deployment), use(revision);
}

std::vector<StandingRow> read_standings(soci::session& sql) {
  std::string app;
  std::string alias;
  Deployed left;
  std::optional<std::int64_t> deployment;
  std::optional<std::string> revision;
  soci::statement statement =
      (sql.prepare
           << "SELECT app, alias, left_deployment, left_revision, good_deployment, good_revision FROM "
              "standings",
       into(app), into(alias), into(left.deployment), into(left.revision), into(deployment), into(revision));
  statement.execute();
  std::vector<StandingRow> rows;
  while (statement.fetch()) {
    Standing standing{.left = left};
    if (deployment && revision) standing.good = Deployed{*deployment, *revision};
    rows.push_back({app, alias, std::move(standing)});
  }
  return rows;
}

}  // namespace

void write_ledger(soci::session& sql, const LedgerRows& rows) {
  for (const StandingRow& row : rows.nodes) write_standing(sql, row);
  for (const auto& [app, deployed] : rows.apps) {
    sql << "INSERT OR REPLACE INTO app_revisions (app, deployment_id, revision) VALUES (:app, :id, "
           ":revision)",
        use(app), use(deployed.deployment), use(deployed.revision);
  }
}

LedgerRows read_ledger(soci::session& sql) {
  LedgerRows rows{.nodes = read_standings(sql)};
  std::string app;
  Deployed deployed;
  soci::statement statement = (sql.prepare << "SELECT app, deployment_id, revision FROM app_revisions",
                               into(app), into(deployed.deployment), into(deployed.revision));
  statement.execute();
  while (statement.fetch()) rows.apps[app] = deployed;
  return rows;
}

}  // namespace slipway::server::store
