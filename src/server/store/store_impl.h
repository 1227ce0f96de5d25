// What a Store holds. Included by the store's .cpp files only.
#pragma once

#include <set>

#include "base/id.h"
#include "base/unique_fd.h"
#include "server/store/ledger_rows.h"
#include "server/store/output_files.h"
#include "server/store/rows.h"
#include "server/store/sql.h"
#include "server/store/store.h"
#include "server/store/write_transaction.h"

namespace slipway::server::store {

struct Store::Impl {
  explicit Impl(const fs::path& directory) : output(directory / "output") {}

  base::UniqueFd lock;
  soci::session sql;
  OutputFiles output;
  std::string instance;
  bool full_sync = false;
  std::int64_t data_version = 0;

  void configure(const fs::path& file) {
    sql.open(soci::sqlite3, "db=" + file.string());
    std::string ignored;
    sql << "PRAGMA busy_timeout = 10000", soci::into(ignored);
    // So that what was removed leaves the file; before there is anything in it.
    sql << "PRAGMA auto_vacuum = INCREMENTAL";
    sql << "PRAGMA journal_mode = WAL", soci::into(ignored);
    sql << "PRAGMA journal_size_limit = 16777216", soci::into(ignored);
    sql << "PRAGMA foreign_keys = ON";
    sql << "PRAGMA synchronous = NORMAL";
    data_version = number("PRAGMA data_version");
  }

  void read_instance() {
    soci::indicator found = soci::i_null;
    sql << "SELECT value FROM settings WHERE name = 'instance'", soci::into(instance, found);
    if (sql.got_data()) return;
    instance = base::make_id();
    sql << "INSERT INTO settings (name, value) VALUES ('instance', :value)", soci::use(instance);
  }

  // A commit flushes the log only when it has to survive a power loss: a kill loses nothing either way.
  void sync_fully(bool full) {
    if (full == full_sync) return;
    sql << (full ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
    full_sync = full;
  }

  base::Result<> write_output(const Batch& batch) {
    std::set<std::string> touched;
    for (const OutputChunk& chunk : batch.output) {
      if (auto written = output.write(chunk.order_id, chunk.offset, chunk.bytes); !written) return written;
      touched.insert(chunk.order_id);
    }
    if (!batch.durable) return {};
    for (const Batch::NodeRow& row : batch.nodes) touched.insert(row.node.output_name());
    for (const std::string& order : touched) {
      if (auto synced = output.sync(order); !synced) return synced;
    }
    return {};
  }

  void write_rows(const Batch& batch) {
    sync_fully(batch.durable);
    WriteTransaction transaction(sql);
    for (const Deployment& deployment : batch.created) insert(sql, deployment);
    for (const Deployment& deployment : batch.deployments) update(sql, deployment);
    for (const auto& [row, old] : batch.replaced) replace_order(sql, row.deployment, row.node, old);
    for (const Batch::NodeRow& row : batch.nodes) update(sql, row.deployment, row.node);
    for (const auto& [app, freeze] : batch.freezes) set_freeze(sql, app, freeze);
    write_ledger(sql, batch.ledger);
    for (const EventPtr& event : batch.events) insert(sql, *event);
    transaction.commit();
  }

  // What the database cannot do now is an error of whoever asked for it.
  template <class Function>
  static base::Result<> attempt(Function function) {
    try {
      function();
    } catch (const std::exception& error) {
      return std::unexpected(database_error(error));
    }
    return {};
  }

  std::int64_t number(const char* query) {
    std::int64_t value = 0;
    sql << query, soci::into(value);
    return value;
  }
};

}  // namespace slipway::server::store
