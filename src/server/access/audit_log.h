// The audit log on the event loop. One thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <vector>

#include "base/log.h"
#include "server/access/audit.h"
#include "server/access/repeats.h"
#include "server/store/database.h"

namespace slipway::server::access {

namespace asio = boost::asio;

class AuditLog {
 public:
  AuditLog(store::Database& database, base::Logger log) : database_(database), log_(std::move(log)) {}

  // When it returns the entry is stored, or was counted because it is one of very many refusals.
  asio::awaitable<void> record(AuditEntry entry);

  // Writes what was counted; with `all`, also what is still being counted.
  asio::awaitable<void> write_counted(bool all = false);

  asio::awaitable<std::vector<AuditEntry>> list(AuditFilter filter, int limit);

 private:
  asio::awaitable<void> write(AuditEntry entry);

  store::Database& database_;
  base::Logger log_;
  Repeats repeats_;
};

}  // namespace slipway::server::access
