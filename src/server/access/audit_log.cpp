#include "server/access/audit_log.h"

#include "base/text.h"

namespace slipway::server::access {

asio::awaitable<void> AuditLog::record(AuditEntry entry) {
  entry.at = base::now();
  const bool stranger = entry.result == "refused" || (entry.result == "failed" && entry.via.empty());
  if (stranger && !repeats_.is_first(entry, std::chrono::steady_clock::now())) co_return;
  if (entry.result == "refused")
    log_->warn("refused: {} by {} from {}: {}", entry.what,
               entry.who.empty() ? "nobody known" : base::printable(entry.who), entry.origin,
               base::printable(entry.detail));
  co_await write(std::move(entry));
}

asio::awaitable<void> AuditLog::write_counted(bool all) {
  for (AuditEntry& entry : repeats_.due(std::chrono::steady_clock::now(), all))
    co_await write(std::move(entry));
}

asio::awaitable<void> AuditLog::write(AuditEntry entry) {
  co_await database_.run([entry = std::move(entry)](store::Store& store) {
    append_alone(store.session(), entry);
    return true;
  });
}

asio::awaitable<std::vector<AuditEntry>> AuditLog::list(AuditFilter filter, int limit) {
  co_return co_await database_.run([filter = std::move(filter), limit](store::Store& store) {
    return list_audit(store.session(), filter, limit);
  });
}

}  // namespace slipway::server::access
