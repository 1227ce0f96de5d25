// What a connection reads from and writes to: a socket, or TLS upon it. One thread.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "server/http/certificate.h"

namespace slipway::server::http {

using Tcp = asio::ip::tcp;

class Channel {
 public:
  // Without a context: plain.
  Channel(Tcp::socket socket, TlsContext tls);
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  bool encrypted() const { return stream_ != nullptr; }
  std::string peer() const;  // the address, without the port

  // First of all, if it is encrypted.
  asio::awaitable<boost::system::error_code> shake_hands();
  // The bytes are appended.
  asio::awaitable<boost::system::error_code> read_some(std::string& buffer, std::size_t at_most);
  asio::awaitable<boost::system::error_code> write(std::string_view head, std::string_view body,
                                                   std::string_view tail);
  // Past all encryption, for somebody who does not speak it.
  asio::awaitable<void> write_plainly(std::string_view text);
  // Says that nothing more comes.
  asio::awaitable<boost::system::error_code> finish();

  void cancel();

 private:
  using Stream = asio::ssl::stream<Tcp::socket&>;

  Tcp::socket socket_;
  TlsContext tls_;  // before the stream, which uses it
  std::unique_ptr<Stream> stream_;
};

// Whether the other side sent a request where a handshake was expected.
bool is_plain_http(const boost::system::error_code& error);

}  // namespace slipway::server::http
