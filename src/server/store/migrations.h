// The database's schema, as the list of what was done to it.
#pragma once

#include "base/error.h"

namespace soci {
class session;
}

namespace slipway::server::store {

// Brings the schema up to date: each step in a transaction of its own, together with the number that says
// that it was done.
base::Result<> migrate(soci::session& sql);

// For whoever must leave the schema as it is, because a server works with it: whether it is the one that this
// program knows.
base::Result<> check_schema(soci::session& sql);

}  // namespace slipway::server::store
