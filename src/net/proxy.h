// The way to a server through a proxy: HTTP CONNECT, or SOCKS5, each with a user and a password if it wants
// them. Those are sent to the proxy and never shown.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <string_view>

#include "base/address.h"
#include "base/error.h"
#include "net/stream.h"

namespace slipway::net {

struct Proxy {
  enum class Kind { http, socks5 };
  Kind kind = Kind::http;
  base::Address address;
  std::string user;
  std::string password;

  // "socks5://proxy:1080", for logs.
  std::string shown() const;
};

// "http://user:password@host:port" or "socks5://…". The error never repeats what was given: it may hold a
// password.
base::Result<Proxy> parse_proxy(std::string_view url);

// Connects to the proxy and has it connect to the host, whose name the proxy looks up. What the socket
// carries after that is between the host and the caller.
asio::awaitable<base::Result<Tcp::socket>> connect_through(Proxy proxy, std::string host, std::uint16_t port,
                                                           base::Millis limit);

}  // namespace slipway::net
