// One link to one server: hello, then its orders and questions, until the link ends.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "agent/guard.h"
#include "agent/orders.h"
#include "agent/status_reader.h"
#include "async/task_group.h"
#include "base/fingerprint.h"
#include "base/log.h"
#include "net/link.h"
#include "wire/message.h"

namespace slipway::agent {

// What every session needs to know of its agent.
struct AgentIdentity {
  std::string instance;
  std::string host;
  std::string os;
  fs::path data;
  fs::path program;  // started again for what another user does
};

// What this link's hello says more, and who hears of the server's.
struct Introduction {
  std::optional<std::string> name;  // of an agent that dialled
  std::optional<std::string> token;
  std::optional<std::string> next_key;
  std::optional<base::Fingerprint> server;  // the key that the other side showed; none on a plaintext link
  std::function<void(const wire::Hello&)> met = [](const wire::Hello&) {};
};

class Session {
 public:
  Session(std::unique_ptr<net::Stream> stream, asio::any_io_executor executor, const AgentIdentity& identity,
          Guard& guard, Orders& orders, StatusReader& status, base::Logger log,
          Introduction introduction = {});

  // Until the link ends; everything that was started for it has ended by then.
  asio::awaitable<void> run();
  // Ends the link; the other side may make another.
  void close(std::string reason);

 private:
  asio::awaitable<base::Result<>> exchange_hello();
  asio::awaitable<base::Error> serve();
  base::Result<> accept_hello(const wire::Hello& hello);
  wire::Hello our_hello() const;

  base::Result<> dispatch(const wire::Decoded& decoded);
  base::Result<> handle(const wire::Order& order);
  base::Result<> handle(const wire::Follow& follow);
  base::Result<> handle(const wire::Ack& ack);
  base::Result<> handle(const wire::Cancel& cancel);
  base::Result<> handle(const wire::Proceed& proceed);
  base::Result<> handle(const wire::Query& query);
  base::Result<> handle(const wire::Pending& pending);
  base::Result<> handle(const wire::ErrorMessage& error);
  template <class Unexpected>
  base::Result<> handle(const Unexpected& message);
  policy::Caller caller() const;
  base::Result<wire::OrderStateMessage> take(const wire::Order& order);
  asio::awaitable<void> answer(wire::Query query);
  asio::awaitable<base::Result<wire::Answer>> find_answer(wire::Query query);
  void start_forwarding(const std::shared_ptr<LiveOrder>& order, std::uint64_t offset);

  // One order's way over this link. A later follow replaces an earlier one.
  struct Forwarding {
    std::shared_ptr<std::uint64_t> acked;
    std::unique_ptr<async::TaskGroup> task;
  };

  asio::any_io_executor executor_;
  const AgentIdentity& identity_;
  Guard& guard_;
  Orders& orders_;
  StatusReader& status_;
  Introduction introduction_;
  base::Logger log_;
  std::string server_;  // the instance id of the other side
  int queries_ = 0;
  net::Link link_;
  std::map<std::string, Forwarding> forwardings_;
  async::TaskGroup tasks_;
};

}  // namespace slipway::agent
