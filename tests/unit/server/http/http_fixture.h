// Requests for tests that need no socket.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "server/http/request.h"
#include "server/http/response.h"
#include "server/http/target.h"

namespace slipway::server::http {

inline Request make_request(std::string method, std::string_view target, Headers headers = {}) {
  return {.method = std::move(method), .target = parse_target(target).value(), .headers = std::move(headers)};
}

inline boost::json::object json_of(const Response& response) {
  return boost::json::parse(response.body).as_object();
}

}  // namespace slipway::server::http
