// The ports that a program listens on.
//
//   net::Ports ports{executor};
//   if (const auto error = ports.open({address, 8081}); error) ...
//   ports.accept(tasks, [this](Tcp::socket socket) { ... }, [this](const auto& error) { ... });
//
// One thread: the event loop's.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <string>
#include <vector>

#include "async/task_group.h"
#include "net/stream.h"

namespace slipway::net {

// "127.0.0.1:8081", "[::1]:8081"
std::string text_of(const Tcp::endpoint& endpoint);

class Ports {
 public:
  using Taken = std::function<void(Tcp::socket)>;
  using Failed = std::function<void(const boost::system::error_code&)>;
  // What an IPv6 address is for: with "[::]", one port then takes all.
  enum class Ipv6 { alone, takes_ipv4_too };

  explicit Ports(asio::any_io_executor executor) : executor_(std::move(executor)) {}

  // With port 0 the system chooses one.
  boost::system::error_code open(const Tcp::endpoint& endpoint, Ipv6 ipv6 = Ipv6::alone);
  bool empty() const { return acceptors_.empty(); }
  // Of the first: that a second address gets the same, also where the system chose it.
  std::uint16_t port() const { return acceptors_.front().local_endpoint().port(); }
  std::vector<std::string> addresses() const;

  // Until the tasks are stopped. `failed` is told why a connection could not be taken, which is tried again
  // after a moment: out of file descriptors, most likely, and those that are served will give some back.
  void accept(async::TaskGroup& tasks, const Taken& taken, const Failed& failed);
  // After the tasks were stopped.
  void close() { acceptors_.clear(); }

 private:
  asio::any_io_executor executor_;
  std::vector<Tcp::acceptor> acceptors_;
};

}  // namespace slipway::net
