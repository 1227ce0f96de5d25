// How much a client may take of the server.
#pragma once

#include <cstddef>

#include "base/time.h"

namespace slipway::server::http {

struct Limits {
  std::size_t header_bytes = std::size_t{16} << 10U;
  std::size_t body_bytes = std::size_t{64} << 10U;
  base::Millis header =
      std::chrono::seconds{15};  // from the first byte of a request, or from the connection's start
  base::Millis body = std::chrono::seconds{30};   // from the end of the header
  base::Millis idle = std::chrono::seconds{60};   // between two requests
  base::Millis write = std::chrono::seconds{60};  // a whole response, or one piece of a streamed one
  base::Millis linger =
      std::chrono::seconds{2};  // for a client to read the answer before the connection is closed
  std::size_t connections = 4096;
  base::Millis sweep = std::chrono::seconds{1};  // how often the deadlines are looked at
};

}  // namespace slipway::server::http
