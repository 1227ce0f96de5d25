// A TCP server of the test's own loop that says what it is told to, right or wrong.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <string>

#include "async/event.h"
#include "async/task_group.h"

namespace slipway::agent::test {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;

class RawServer {
 public:
  // What becomes of one connection whose request was read; `number` counts from 1.
  using Behaviour = std::function<asio::awaitable<void>(Tcp::socket&, int number)>;

  RawServer(asio::any_io_executor executor, Behaviour behaviour)
      : acceptor_(executor, {asio::ip::address_v4::loopback(), 0}),
        behaviour_(std::move(behaviour)),
        tasks_(executor) {
    tasks_.spawn(accept());
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  std::string url(std::string_view path = "/healthz") const {
    return fmt::format("http://127.0.0.1:{}{}", port(), path);
  }
  const std::string& request() const { return request_; }
  int connections() const { return connections_; }

  // One that answers every request with these bytes and closes.
  static Behaviour says(std::string answer) {
    return [answer = std::move(answer)](Tcp::socket& socket, int) { return write(socket, answer); };
  }

  static asio::awaitable<void> write(Tcp::socket& socket, std::string bytes) {
    co_await asio::async_write(socket, asio::buffer(bytes), asio::as_tuple(asio::use_awaitable));
  }

  // Until the other side is gone.
  static asio::awaitable<void> keep_silent(Tcp::socket& socket) {
    co_await socket.async_wait(Tcp::socket::wait_read, asio::as_tuple(asio::use_awaitable));
  }

 private:
  asio::awaitable<void> accept() {
    for (;;) {
      auto [error, socket] = co_await acceptor_.async_accept(asio::as_tuple(asio::use_awaitable));
      // The server is gone.
      if (error) co_return;
      tasks_.spawn(serve(std::move(socket), ++connections_));
    }
  }

  asio::awaitable<void> serve(Tcp::socket socket, int number) {
    std::array<char, 4096> piece{};
    const auto [error, size] =
        co_await socket.async_read_some(asio::buffer(piece), asio::as_tuple(asio::use_awaitable));
    if (size > 0) request_.assign(piece.data(), size);
    if (!error) co_await behaviour_(socket, number);
  }

  Tcp::acceptor acceptor_;
  Behaviour behaviour_;
  std::string request_;
  int connections_ = 0;
  async::TaskGroup tasks_;
};

}  // namespace slipway::agent::test
