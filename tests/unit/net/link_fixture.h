// Two ends of a real connection over the loopback interface, each with its link.
#pragma once

#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <string>
#include <vector>

#include "async/on_loop.h"
#include "async/task_group.h"
#include "net/link.h"

namespace slipway::net::test {

using namespace std::chrono_literals;

inline LinkLimits patient() {
  return {.heartbeat_after = 1h, .dead_after = 1h};
}

class LinkFixture : public slipway::test::OnLoop {
 protected:
  struct Pair {
    Tcp::socket first;
    Tcp::socket second;
  };

  Pair make_pair() {
    Tcp::acceptor acceptor(executor, {asio::ip::address_v4::loopback(), 0});
    Tcp::socket first(executor);
    first.connect(acceptor.local_endpoint());
    return {std::move(first), acceptor.accept()};
  }

  std::unique_ptr<Link> make_link(Tcp::socket socket, LinkLimits limits = patient()) {
    return std::make_unique<Link>(make_tcp_stream(std::move(socket)), executor, limits);
  }

  // What a coroutine that owns a link does: receives until the link ends.
  struct Received {
    std::vector<std::string> payloads;
    std::optional<base::Error> end;
  };

  static asio::awaitable<void> receive_all(Link& link, Received& into) {
    for (;;) {
      const auto payload = co_await link.receive();
      if (!payload) {
        into.end = payload.error();
        co_return;
      }
      into.payloads.emplace_back(*payload);
    }
  }

  std::string next_payload(Link& link) {
    return wait_for([](Link& from) -> asio::awaitable<std::string> {
      const auto payload = co_await from.receive();
      co_return payload ? std::string(*payload) : "error: " + payload.error().message;
    }(link));
  }

  static std::string data(std::string_view payload) {
    return wire::encode_frame(wire::FrameType::data, payload);
  }
};

}  // namespace slipway::net::test
