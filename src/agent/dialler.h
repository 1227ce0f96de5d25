// The way to a server that cannot dial this agent: dialled again and again, so that one link is there
// whenever the server is.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/address.h"
#include "base/log.h"
#include "net/backoff.h"
#include "net/proxy.h"
#include "net/tls.h"

namespace slipway::agent {

namespace asio = boost::asio;

// Where to, and by which way.
struct DialOptions {
  base::Address server;
  std::optional<net::Proxy> proxy;
  std::string name;                  // what this agent wants to be called
  std::optional<std::string> token;  // a join token, for a server that does not know it yet
};

class Dialler {
 public:
  // Carries a link from hello to its end.
  using Serve = std::function<asio::awaitable<void>(net::Secured)>;

  Dialler(DialOptions options, net::Tls tls, net::Trust trust, Serve serve, base::Logger log);

  // Until it is cancelled.
  asio::awaitable<void> run();

 private:
  asio::awaitable<base::Result<net::Secured>> dial();
  asio::awaitable<base::Result<net::Tcp::socket>> connect();
  void tell(const base::Error& error);

  DialOptions options_;
  net::Tls tls_;
  net::Trust trust_;
  Serve serve_;
  base::Logger log_;
  net::Backoff backoff_{base::Millis{500}, std::chrono::minutes{1}};
  std::string told_;  // the reason that was logged last
};

}  // namespace slipway::agent
