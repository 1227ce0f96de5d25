#include "server/http/listener.h"

#include "async/event.h"

namespace slipway::server::http {
namespace {

namespace ip = asio::ip;

// Those beyond the limit that are told so; further ones are closed without a word.
constexpr std::size_t max_refusals = 256;

std::unexpected<base::Error> cannot_listen(const Tcp::endpoint& endpoint,
                                           const boost::system::error_code& error) {
  if (error != asio::error::address_in_use) {
    return base::fail(base::ErrorCode::io, "cannot listen on {}: {}", net::text_of(endpoint),
                      error.message());
  }
  return base::fail(
      base::ErrorCode::io,
      "cannot listen on {}: another program uses this port; stop it, or name another port in \"listen_http\"",
      net::text_of(endpoint));
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
    : responder_(responder), limits_(limits), log_(std::move(log)), ports_(executor), tasks_(executor) {}

base::Result<> Listener::listen(std::string_view host, std::uint16_t port) {
  if (host.empty() || host == "localhost") return listen_on_loopback(port);
  boost::system::error_code error;
  const auto address = ip::make_address(host, error);
  if (error) return base::fail(base::ErrorCode::invalid, "\"{}\" is not an IP address to listen on", host);
  const Tcp::endpoint endpoint{address, port};
  if (error = ports_.open(endpoint, net::Ports::Ipv6::takes_ipv4_too); error)
    return cannot_listen(endpoint, error);
  return {};
}

base::Result<> Listener::listen_on_loopback(std::uint16_t port) {
  const Tcp::endpoint v4{ip::address_v4::loopback(), port};
  if (const auto error = ports_.open(v4); error) return cannot_listen(v4, error);
  // The same port for both, also where the system chose it.
  const Tcp::endpoint v6{ip::address_v6::loopback(), ports_.port()};
  const auto error = ports_.open(v6);
  // Somebody else at ::1 would get the requests of browsers that try "localhost" there first.
  if (error == asio::error::address_in_use && port != 0) return cannot_listen(v6, error);
  if (error) log_->debug("not listening on {}: {}", net::text_of(v6), error.message());
  return {};
}

void Listener::start() {
  ports_.accept(
      tasks_, [this](Tcp::socket socket) { accepted(std::move(socket)); },
      [this](const boost::system::error_code& error) {
        log_->warn("cannot accept a connection: {}", error.message());
      });
  tasks_.spawn(sweep());
}

asio::awaitable<void> Listener::stop() {
  co_await tasks_.stop();
  ports_.close();
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
