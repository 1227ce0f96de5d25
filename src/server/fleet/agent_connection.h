// One agent: dialled until it answers, listened to until it goes, dialled again.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "async/event.h"
#include "base/address.h"
#include "base/error.h"
#include "base/log.h"
#include "net/link.h"
#include "wire/message.h"

namespace slipway::server::fleet {

namespace asio = boost::asio;

// Told of what comes from one agent, on the loop's thread.
class ConnectionListener {
 public:
  virtual ~ConnectionListener() = default;
  virtual void connected(const std::string& addr) = 0;
  virtual void gone(const std::string& addr) = 0;
  // The reason why it cannot be reached is another one than before.
  virtual void reason_changed(const std::string& addr) = 0;
  virtual void order_state(const std::string& addr, const wire::OrderStateMessage& state) = 0;
  virtual base::Result<> spool(const std::string& addr, const wire::Spool& spool,
                               std::string_view frames) = 0;
};

class AgentConnection {
 public:
  AgentConnection(asio::any_io_executor executor, base::Address address, std::string instance,
                  ConnectionListener& listener, base::Logger log);

  // Until it is cancelled, or closed.
  asio::awaitable<void> run();
  // Ends the link at once and dials no more.
  void close(const std::string& reason);

  bool online() const { return online_; }
  const std::optional<std::string>& reason() const { return reason_; }  // why it is not online
  const std::optional<wire::Hello>& hello() const { return hello_; }    // of the last time it was there
  std::optional<base::Time> last_heard() const;
  std::optional<base::SteadyTime> offline_since() const;

  void send(std::string frame);
  asio::awaitable<base::Result<wire::Answer>> ask(wire::Query query, base::Millis limit);

 private:
  struct Question {
    explicit Question(asio::any_io_executor executor) : answered(std::move(executor)) {}
    std::optional<base::Result<wire::Answer>> answer;
    async::Event answered;
  };

  asio::awaitable<base::Error> serve(net::Tcp::socket socket);
  asio::awaitable<base::Result<>> exchange_hello(net::Link& link);
  asio::awaitable<base::Error> receive_all(net::Link& link);
  base::Result<> accept_hello(std::string_view payload);
  base::Result<> dispatch(std::string_view payload);
  base::Result<> handle(const wire::Message& message, std::string_view raw);
  void answer(const std::string& id, base::Result<wire::Answer> answer);
  void went_online(net::Link& link);
  void went_offline(const base::Error& reason);
  void set_reason(std::string reason);
  base::Millis next_delay();

  asio::any_io_executor executor_;
  base::Address address_;
  std::string addr_;
  std::string instance_;
  ConnectionListener& listener_;
  base::Logger log_;
  net::Link* link_ = nullptr;  // while there is one
  bool online_ = false;        // hello was exchanged
  std::optional<std::string> reason_ = "not connected yet";
  std::optional<wire::Hello> hello_;
  std::optional<base::Time> last_heard_;
  base::SteadyTime offline_since_ = std::chrono::steady_clock::now();
  base::SteadyTime connected_since_;
  std::map<std::string, std::shared_ptr<Question>> questions_;
  int failures_ = 0;
  bool closed_ = false;
  async::Event closing_;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace slipway::server::fleet
