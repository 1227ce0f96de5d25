// Accepts connections and owns them.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "async/task_group.h"
#include "base/error.h"
#include "base/log.h"
#include "net/ports.h"
#include "server/http/connection.h"
#include "server/http/limits.h"
#include "server/http/responder.h"

namespace slipway::server::http {

// One executor, one thread. The responder must live until stop() has returned.
class Listener {
 public:
  Listener(const asio::any_io_executor& executor, Responder& responder, Limits limits, base::Logger log);

  // Takes the port. Without a host: 127.0.0.1 and, where there is IPv6, ::1. Port 0 lets the system choose
  // one.
  base::Result<> listen(std::string_view host, std::uint16_t port);
  std::vector<std::string> addresses() const { return ports_.addresses(); }

  // From now on connections are encrypted, with this.
  void use_tls(TlsContext tls) { tls_ = std::move(tls); }

  void start();
  asio::awaitable<void> stop();

 private:
  base::Result<> listen_on_loopback(std::uint16_t port);
  asio::awaitable<void> serve(Tcp::socket socket);
  asio::awaitable<void> sweep();
  void accepted(Tcp::socket socket);

  Responder& responder_;
  Limits limits_;
  TlsContext tls_;
  base::Logger log_;
  net::Ports ports_;
  std::set<Connection*> connections_;
  async::TaskGroup tasks_;  // last: it goes first
};

}  // namespace slipway::server::http
