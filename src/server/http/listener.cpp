#include "server/http/listener.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "async/event.h"

namespace slipway::server::http {
namespace {

namespace ip = asio::ip;

constexpr auto quietly = asio::as_tuple(asio::use_awaitable);

// Those beyond the limit that are told so; further ones are closed without a word.
constexpr std::size_t max_refusals = 256;

std::string text_of(const Tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return endpoint.address().is_v6() ? fmt::format("[{}]:{}", host, endpoint.port())
                                    : fmt::format("{}:{}", host, endpoint.port());
}

std::unexpected<base::Error> cannot_listen(const Tcp::endpoint& endpoint,
                                           const boost::system::error_code& error) {
  if (error != asio::error::address_in_use) {
    return base::fail(base::ErrorCode::io, "cannot listen on {}: {}", text_of(endpoint), error.message());
  }
  return base::fail(
      base::ErrorCode::io,
      "cannot listen on {}: another program uses this port; stop it, or name another port in \"listen_http\"",
      text_of(endpoint));
}

class Registration {
 public:
  Registration(std::set<Connection*>& connections, Connection& connection)
      : connections_(connections), connection_(connection) {
    connections_.insert(&connection_);
  }
  ~Registration() { connections_.erase(&connection_); }
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

 private:
  std::set<Connection*>& connections_;
  Connection& connection_;
};

}  // namespace

Listener::Listener(const asio::any_io_executor& executor, Responder& responder, Limits limits,
                   base::Logger log)
    : executor_(executor), responder_(responder), limits_(limits), log_(std::move(log)), tasks_(executor) {}

base::Result<> Listener::listen(std::string_view host, std::uint16_t port) {
  if (host.empty() || host == "localhost") return listen_on_loopback(port);
  boost::system::error_code error;
  const auto address = ip::make_address(host, error);
  if (error) return base::fail(base::ErrorCode::invalid, "\"{}\" is not an IP address to listen on", host);
  const Tcp::endpoint endpoint{address, port};
  if (error = open(endpoint); error) return cannot_listen(endpoint, error);
  return {};
}

base::Result<> Listener::listen_on_loopback(std::uint16_t port) {
  const Tcp::endpoint v4{ip::address_v4::loopback(), port};
  if (const auto error = open(v4); error) return cannot_listen(v4, error);
  // The same port for both, also where the system chose it.
  const Tcp::endpoint v6{ip::address_v6::loopback(), acceptors_.back().local_endpoint().port()};
  const auto error = open(v6);
  // Somebody else at ::1 would get the requests of browsers that try "localhost" there first.
  if (error == asio::error::address_in_use && port != 0) return cannot_listen(v6, error);
  if (error) log_->debug("not listening on {}: {}", text_of(v6), error.message());
  return {};
}

boost::system::error_code Listener::open(const Tcp::endpoint& endpoint) {
  Tcp::acceptor acceptor{executor_};
  boost::system::error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (!error) acceptors_.push_back(std::move(acceptor));
  return error;
}

std::vector<std::string> Listener::addresses() const {
  std::vector<std::string> texts;
  for (const Tcp::acceptor& acceptor : acceptors_) texts.push_back(text_of(acceptor.local_endpoint()));
  return texts;
}

void Listener::start() {
  for (Tcp::acceptor& acceptor : acceptors_) tasks_.spawn(accept_loop(acceptor));
  tasks_.spawn(sweep());
}

asio::awaitable<void> Listener::stop() {
  co_await tasks_.stop();
  acceptors_.clear();
}

asio::awaitable<void> Listener::accept_loop(Tcp::acceptor& acceptor) {
  for (;;) {
    auto [error, socket] = co_await acceptor.async_accept(quietly);
    if (!error) {
      accepted(std::move(socket));
    } else if (error == asio::error::operation_aborted) {
      co_return;
    } else if (error != asio::error::connection_aborted) {
      // Out of file descriptors, most likely: those that are served will give some back.
      log_->warn("cannot accept a connection: {}", error.message());
      co_await async::sleep_for(base::Millis{500});
    }
  }
}

void Listener::accepted(Tcp::socket socket) {
  if (connections_.size() < limits_.connections + max_refusals) tasks_.spawn(serve(std::move(socket)));
}

asio::awaitable<void> Listener::serve(Tcp::socket socket) {
  const bool refused = connections_.size() >= limits_.connections;
  // Not worth a handshake.
  if (refused && tls_) co_return;
  Connection connection{std::move(socket), tls_, responder_, limits_, log_};
  const Registration here{connections_, connection};
  if (!refused) {
    co_await connection.run();
    co_return;
  }
  co_await connection.refuse({ProblemCode::unavailable,
                              "the server has as many connections as it can serve; try again in a moment"});
}

// One look at all of them costs less than a timer for every operation of each.
asio::awaitable<void> Listener::sweep() {
  for (;;) {
    co_await async::sleep_for(limits_.sweep);
    const auto now = Connection::Clock::now();
    for (Connection* connection : connections_) connection->expire_if_due(now);
  }
}

}  // namespace slipway::server::http
