#include "server/http/channel.h"

#include <openssl/err.h>
#include <openssl/sslerr.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace slipway::server::http {
namespace {

constexpr auto quietly = asio::as_tuple(asio::use_awaitable);

// Where a listener takes both kinds, an IPv4 address comes as an IPv6 one.
std::string text_of(const asio::ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address.to_string();
  return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
}

}  // namespace

Channel::Channel(Tcp::socket socket, TlsContext tls) : socket_(std::move(socket)), tls_(std::move(tls)) {
  boost::system::error_code ignored;
  socket_.set_option(Tcp::no_delay(true), ignored);
  if (tls_) stream_ = std::make_unique<Stream>(socket_, *tls_);
}

std::string Channel::peer() const {
  boost::system::error_code error;
  const auto remote = socket_.remote_endpoint(error);
  return error ? std::string{} : text_of(remote.address());
}

asio::awaitable<boost::system::error_code> Channel::shake_hands() {
  const auto [error] = co_await stream_->async_handshake(Stream::server, quietly);
  co_return error;
}

asio::awaitable<boost::system::error_code> Channel::read_some(std::string& buffer, std::size_t at_most) {
  const std::size_t before = buffer.size();
  buffer.resize(before + at_most);
  const auto place = asio::buffer(&buffer[before], at_most);
  boost::system::error_code error;
  std::size_t size = 0;
  if (stream_)
    std::tie(error, size) = co_await stream_->async_read_some(place, quietly);
  else
    std::tie(error, size) = co_await socket_.async_read_some(place, quietly);
  buffer.resize(before + size);
  co_return error;
}

asio::awaitable<boost::system::error_code> Channel::write(std::string_view head, std::string_view body,
                                                          std::string_view tail) {
  const std::array buffers{asio::buffer(head), asio::buffer(body), asio::buffer(tail)};
  boost::system::error_code error;
  std::size_t size = 0;
  if (stream_)
    std::tie(error, size) = co_await asio::async_write(*stream_, buffers, quietly);
  else
    std::tie(error, size) = co_await asio::async_write(socket_, buffers, quietly);
  co_return error;
}

asio::awaitable<void> Channel::write_plainly(std::string_view text) {
  (void)co_await asio::async_write(socket_, asio::buffer(text), quietly);
}

asio::awaitable<boost::system::error_code> Channel::finish() {
  boost::system::error_code error;
  // Sends the end; the answer to it may come or not.
  if (stream_) std::tie(error) = co_await stream_->async_shutdown(quietly);
  socket_.shutdown(Tcp::socket::shutdown_send, error);
  // Behind the end of TLS there is nothing to be read.
  co_return stream_ ? asio::error::eof : error;
}

void Channel::cancel() {
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

bool is_plain_http(const boost::system::error_code& error) {
  return error.category() == asio::error::get_ssl_category() &&
         ERR_GET_REASON(static_cast<unsigned long>(error.value())) == SSL_R_HTTP_REQUEST;
}

}  // namespace slipway::server::http
