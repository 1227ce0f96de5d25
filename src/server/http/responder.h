// What a connection needs of the rest: the answer to a request.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "server/http/request.h"
#include "server/http/response.h"

namespace slipway::server::http {

class Responder {
 public:
  virtual ~Responder() = default;

  // The request lives until the response has been sent. May throw: that is a bug, and is answered with a 500.
  virtual asio::awaitable<Response> respond(Request& request) = 0;
};

}  // namespace slipway::server::http
