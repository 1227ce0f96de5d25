// Apps and nodes as docs/openapi.yaml shows them. Credentials in addresses are masked.
#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "server/config/config.h"
#include "server/fleet/fleet.h"
#include "server/http/context.h"

namespace slipway::server::http {

boost::json::object to_json(const fleet::NodeView& node);
boost::json::object to_json(const fleet::AgentView& agent);

// NodeEvent: what the journal stores and /api/v1/events tells when a node has changed.
boost::json::object node_event(const std::string& app, const fleet::NodeView& node);

boost::json::object app_json(const HttpContext& context, const config::App& app);

}  // namespace slipway::server::http
