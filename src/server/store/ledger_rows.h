// The ledger's rows in the database.
#pragma once

#include "server/store/ledger.h"

namespace soci {
class session;
}

namespace slipway::server::store {

// Each row takes the place of an earlier one.
void write_ledger(soci::session& sql, const LedgerRows& rows);
LedgerRows read_ledger(soci::session& sql);

}  // namespace slipway::server::store
