// The HTTP side of the server: the API of docs/openapi.yaml, the event streams and the page. Start with
// HttpServer.
//
//   HttpServer http{executor, {config, fleet, engine, database, events, log, SLIPWAY_VERSION}};
//   if (auto listening = http.listen(config.listen_http.host, config.listen_http.port); !listening) ...
//   http.start();
//   ...
//   co_await http.stop();   // before what the context refers to ends
//
// A request's way: Listener (accepts, deadlines) -> Connection (RequestParser) -> Site (origin_check, router)
// -> a handler (handlers.h) or the page -> Response. One executor, one thread.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "server/http/context.h"
#include "server/http/limits.h"
#include "server/http/listener.h"
#include "server/http/site.h"

namespace slipway::server::http {

class HttpServer {
 public:
  HttpServer(const asio::any_io_executor& executor, HttpContext context, Limits limits = {});

  // Takes the port; an empty host means 127.0.0.1 and, where there is IPv6, ::1. Port 0: the system chooses.
  base::Result<> listen(std::string_view host, std::uint16_t port) { return listener_.listen(host, port); }

  // HTTPS in place of HTTP; again for another certificate, which holds for connections that begin afterwards.
  void use_tls(TlsContext tls) { listener_.use_tls(std::move(tls)); }

  // "127.0.0.1:8082", …
  std::vector<std::string> addresses() const { return listener_.addresses(); }

  void start() { listener_.start(); }

  // Ends every connection and waits until nothing runs.
  asio::awaitable<void> stop() { return listener_.stop(); }

 private:
  HttpContext context_;
  Site site_;
  Listener listener_;
};

}  // namespace slipway::server::http
