#include "agent/dialler.h"

#include <boost/asio/this_coro.hpp>

#include "async/event.h"

namespace slipway::agent {
namespace {

constexpr std::chrono::seconds connect_limit{15};
// A link that lived so long was a good one: the next try comes soon.
constexpr std::chrono::seconds good_link{10};

}  // namespace

Dialler::Dialler(DialOptions options, net::Tls tls, net::Trust trust, Serve serve, base::Logger log)
    : options_(std::move(options)),
      tls_(std::move(tls)),
      trust_(std::move(trust)),
      serve_(std::move(serve)),
      log_(std::move(log)) {}

asio::awaitable<void> Dialler::run() {
  for (;;) {
    if (auto secured = co_await dial(); secured) {
      told_.clear();
      const auto began = std::chrono::steady_clock::now();
      co_await serve_(std::move(*secured));
      // Whoever carries a link to its end takes errors as values; from here on a cancellation is thrown
      // again.
      co_await asio::this_coro::throw_if_cancelled(true);
      if (std::chrono::steady_clock::now() - began > good_link) backoff_.reset();
    } else {
      tell(secured.error());
    }
    co_await async::sleep_for(backoff_.next());
  }
}

asio::awaitable<base::Result<net::Secured>> Dialler::dial() {
  auto socket = co_await connect();
  if (!socket) co_return std::unexpected(socket.error());
  co_return co_await tls_.connect(std::move(*socket), trust_);
}

asio::awaitable<base::Result<net::Tcp::socket>> Dialler::connect() {
  const base::Address& server = options_.server;
  if (!options_.proxy) co_return co_await net::connect(server.host, server.port, connect_limit);
  co_return co_await net::connect_through(*options_.proxy, server.host, server.port, connect_limit);
}

// A server that is away for days is not a line of the log for each try.
void Dialler::tell(const base::Error& error) {
  if (std::exchange(told_, error.message) == error.message)
    log_->debug("{}: {}", options_.server.text(), error.message);
  else
    log_->warn("{}: {}; it is tried again and again", options_.server.text(), error.message);
}

}  // namespace slipway::agent
