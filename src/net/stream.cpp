#include "net/stream.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "async/deadline.h"
#include "net/name_lookup.h"
#include "net/ports.h"

namespace slipway::net {
namespace {

constexpr auto quietly = asio::as_tuple(asio::use_awaitable);

class TcpStream : public Stream {
 public:
  explicit TcpStream(Tcp::socket socket) : socket_(std::move(socket)) {
    boost::system::error_code ignored;
    socket_.set_option(Tcp::no_delay(true), ignored);
    peer_ = remote_of(socket_);
  }

  asio::awaitable<base::Result<std::size_t>> read_some(std::span<char> into) override {
    const auto [error, size] =
        co_await socket_.async_read_some(asio::buffer(into.data(), into.size()), quietly);
    if (error == asio::error::eof)
      co_return base::fail(base::ErrorCode::unavailable, "the other side closed the link");
    if (error) co_return base::fail(base::ErrorCode::io, "the link broke while reading: {}", error.message());
    co_return size;
  }

  asio::awaitable<base::Result<>> write(std::string_view bytes) override {
    const auto [error, size] = co_await asio::async_write(socket_, asio::buffer(bytes), quietly);
    if (error) co_return base::fail(base::ErrorCode::io, "the link broke while writing: {}", error.message());
    co_return base::Result<>{};
  }

  void close() override {
    boost::system::error_code ignored;
    socket_.shutdown(Tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
  }

  std::string peer() const override { return peer_; }

 private:
  Tcp::socket socket_;
  std::string peer_;
};

asio::awaitable<base::Result<Tcp::socket>> resolve_and_connect(std::string host, std::uint16_t port) {
  const auto endpoints = co_await resolve(host, port);
  if (!endpoints) co_return std::unexpected(endpoints.error());
  Tcp::socket socket{co_await asio::this_coro::executor};
  const auto [error, endpoint] = co_await asio::async_connect(socket, *endpoints, quietly);
  if (error)
    co_return base::fail(base::ErrorCode::unavailable, "cannot connect to {}:{}: {}", host, port,
                         error.message());
  co_return socket;
}

}  // namespace

std::unique_ptr<Stream> make_tcp_stream(Tcp::socket socket) {
  return std::make_unique<TcpStream>(std::move(socket));
}

asio::awaitable<base::Result<Tcp::socket>> connect(std::string host, std::uint16_t port, base::Millis limit) {
  const std::string what = fmt::format("cannot connect to {}:{}", host, port);
  co_return co_await async::within(limit, what, resolve_and_connect(host, port));
}

std::string remote_of(const Tcp::socket& socket) {
  boost::system::error_code error;
  const auto remote = socket.remote_endpoint(error);
  return error ? "a peer that is gone" : text_of(remote);
}

bool is_loopback(const Tcp::socket& socket) {
  boost::system::error_code error;
  const auto local = socket.local_endpoint(error);
  if (error) return false;
  const auto remote = socket.remote_endpoint(error);
  return !error && local.address().is_loopback() && remote.address().is_loopback();
}

}  // namespace slipway::net
