// People as the API shows them. Never with a hash.
#pragma once

#include <boost/json.hpp>

#include "server/access/audit.h"
#include "server/access/model.h"

namespace slipway::server::http {

// "expires_at" and "token" are the caller's.
boost::json::object session_json(const access::Identity& who);
boost::json::object to_json(const access::Account& account);
boost::json::object to_json(const access::ApiToken& token);
boost::json::object to_json(const access::AuditEntry& entry);

}  // namespace slipway::server::http
