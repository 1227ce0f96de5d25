// From a method and a path to the handler.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "server/http/need.h"
#include "server/http/request.h"
#include "server/http/response.h"

namespace slipway::server::http {

struct HttpContext;

using Handler = asio::awaitable<Response> (*)(const HttpContext&, const Request&);

struct Route {
  std::string_view method;
  std::string_view pattern;       // "/api/v1/apps/{app}"
  std::string_view operation_id;  // in docs/openapi.yaml
  Handler handler;
  Need need;  // has no default
};

// Every operation of the API.
std::span<const Route> routes();

struct Match {
  const Route* route;
  std::map<std::string, std::string> parameters;
};
struct NoSuchPath {};
struct NoSuchMethod {
  std::string allowed;  // "GET, HEAD"
};

// HEAD finds the GET route.
std::variant<Match, NoSuchPath, NoSuchMethod> find_route(std::span<const Route> table,
                                                         std::string_view method,
                                                         const std::vector<std::string>& segments);

}  // namespace slipway::server::http
