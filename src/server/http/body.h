// The JSON body of a POST.
#pragma once

#include "json/map.h"
#include "server/http/parameters.h"
#include "server/http/request.h"

namespace slipway::server::http {

// 415: not sent as JSON. 400: not JSON. 422: a member is null.
Checked<json::value> read_json_body(const Request& request);

// The described struct, as docs/openapi.yaml has it; 422 also for what it is not, with the member named.
template <class T>
Checked<T> read_body(const Request& request) {
  const auto body = read_json_body(request);
  if (!body) return std::unexpected(body.error());
  auto decoded = json::decode<T>(*body, json::Strict::yes);
  if (!decoded) return problem(ProblemCode::invalid, decoded.error().message);
  return std::move(*decoded);
}

}  // namespace slipway::server::http
