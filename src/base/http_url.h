// "http://user:password@host:port/path?query", taken apart for somebody who wants to ask it.
#pragma once

#include <string>
#include <string_view>

#include "base/address.h"
#include "base/error.h"

namespace slipway::base {

struct HttpUrl {
  Address address;            // port 80 where none is written
  std::string host;           // for the header Host: as it is written, with the port
  std::string target;         // path and query, "/" at least
  std::string authorization;  // "Basic …", or empty where the URL holds no credentials

  // The URL as it may be shown: without its credentials.
  std::string shown;
};

// The error is a sentence that names the URL, without credentials, and what was expected.
Result<HttpUrl> parse_http_url(std::string_view url);

}  // namespace slipway::base
