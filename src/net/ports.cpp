#include "net/ports.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "async/event.h"

namespace slipway::net {
namespace {

constexpr base::Millis a_moment{500};

asio::awaitable<void> accept_loop(Tcp::acceptor& acceptor, Ports::Taken taken, Ports::Failed failed) {
  for (;;) {
    auto [error, socket] = co_await acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
    if (!error) {
      taken(std::move(socket));
    } else if (error == asio::error::operation_aborted) {
      co_return;
    } else if (error != asio::error::connection_aborted) {
      failed(error);
      co_await async::sleep_for(a_moment);
    }
  }
}

}  // namespace

std::string text_of(const Tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return endpoint.address().is_v6() ? fmt::format("[{}]:{}", host, endpoint.port())
                                    : fmt::format("{}:{}", host, endpoint.port());
}

boost::system::error_code Ports::open(const Tcp::endpoint& endpoint, Ipv6 ipv6) {
  Tcp::acceptor acceptor{executor_};
  boost::system::error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
  if (!error && endpoint.address().is_v6())
    acceptor.set_option(asio::ip::v6_only(ipv6 == Ipv6::alone), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (!error) acceptors_.push_back(std::move(acceptor));
  return error;
}

std::vector<std::string> Ports::addresses() const {
  std::vector<std::string> texts;
  for (const Tcp::acceptor& acceptor : acceptors_) texts.push_back(text_of(acceptor.local_endpoint()));
  return texts;
}

void Ports::accept(async::TaskGroup& tasks, const Taken& taken, const Failed& failed) {
  for (Tcp::acceptor& acceptor : acceptors_) tasks.spawn(accept_loop(acceptor, taken, failed));
}

}  // namespace slipway::net
