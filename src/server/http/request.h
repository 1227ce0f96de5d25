// A request as the handlers see it: plain data, complete, decoded.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "server/access/model.h"
#include "server/http/headers.h"
#include "server/http/target.h"

namespace slipway::server::http {

struct Request {
  std::string method;
  Target target;
  Headers headers;
  std::string body;
  std::string peer;         // the address that it came from, without the port
  std::string client;       // the same; behind a proxy that is believed, the address before it
  bool secure = false;      // HTTPS, here or at a proxy that is believed
  access::Identity who;     // of a route that needs somebody
  std::string app;          // that the route is about; empty: none
  bool keep_alive = false;  // what the client wishes
  bool http_1_0 = false;
  std::map<std::string, std::string> parameters;  // {app}, {id}, … of the route's pattern

  const std::string& parameter(const std::string& name) const { return parameters.at(name); }
  std::optional<std::string> query(const std::string& name) const {
    const auto found = target.query.find(name);
    if (found == target.query.end()) return std::nullopt;
    return found->second;
  }
  bool is_head() const { return method == "HEAD"; }
};

}  // namespace slipway::server::http
