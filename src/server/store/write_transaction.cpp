#include "server/store/write_transaction.h"

#include "server/store/sql.h"

namespace slipway::server::store {

WriteTransaction::WriteTransaction(soci::session& sql) : sql_(sql) {
  sql_ << "BEGIN IMMEDIATE";
}

WriteTransaction::~WriteTransaction() {
  if (done_) return;
  try {
    sql_ << "ROLLBACK";
  } catch (const std::exception&) {
    // SQLite has taken it back by itself.
  }
}

void WriteTransaction::commit() {
  sql_ << "COMMIT";
  done_ = true;
}

}  // namespace slipway::server::store
