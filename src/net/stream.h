// What a link needs of a connection. Encrypted connections (tls.h) have the same face.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"

namespace slipway::net {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

class Stream {
 public:
  virtual ~Stream() = default;

  // At least one byte, or an error; the peer's orderly end is ErrorCode::unavailable.
  virtual asio::awaitable<base::Result<std::size_t>> read_some(std::span<char> into) = 0;

  // All of the bytes. They must live until it returns.
  virtual asio::awaitable<base::Result<>> write(std::string_view bytes) = 0;

  // Ends pending and later operations with an error. May be called more than once.
  virtual void close() = 0;

  // "127.0.0.1:8081", for logs.
  virtual std::string peer() const = 0;
};

std::unique_ptr<Stream> make_tcp_stream(Tcp::socket socket);

// Connects within the limit; the error names the address and says what the operating system said.
asio::awaitable<base::Result<Tcp::socket>> connect(std::string host, std::uint16_t port, base::Millis limit);

// "127.0.0.1:8081", of the other end; of a connection that has broken already, words in its place.
std::string remote_of(const Tcp::socket& socket);

// Whether both ends of the connection are loopback addresses.
bool is_loopback(const Tcp::socket& socket);

}  // namespace slipway::net
