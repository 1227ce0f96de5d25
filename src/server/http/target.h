// What a request asks for: "/api/v1/apps/my%20app/commits?limit=5", taken apart and decoded once.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace slipway::server::http {

struct Target {
  std::string authority;                     // of "http://host:port/path", as proxies send it; else empty
  std::string path;                          // as it was sent, without the query
  std::vector<std::string> segments;         // decoded; "/" has none, "/a/" has "a" and ""
  std::map<std::string, std::string> query;  // decoded; of a name that is given twice, the first
};

// An encoding that is not one, bytes that are not UTF-8 and control characters are errors.
base::Result<Target> parse_target(std::string_view text);

// "%41" becomes "A". In a query '+' is a space.
base::Result<std::string> percent_decode(std::string_view text, bool plus_is_space = false);

// For a header or a path: everything but unreserved characters is encoded.
std::string percent_encode(std::string_view text);

}  // namespace slipway::server::http
