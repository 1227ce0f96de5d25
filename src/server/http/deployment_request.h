// The body of a POST that makes a deployment.
#pragma once

#include "server/http/parameters.h"
#include "server/http/request.h"
#include "server/rollout/refusal.h"

namespace slipway::server::http {

// 415: not sent as JSON. 400: not JSON. 422: not a DeploymentRequest of docs/openapi.yaml, and the member is
// named.
Checked<rollout::Request> read_deployment_request(const Request& request);

}  // namespace slipway::server::http
