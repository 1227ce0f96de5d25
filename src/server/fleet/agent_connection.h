// One agent: dialled until it answers, listened to until it goes, dialled again.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "async/event.h"
#include "base/address.h"
#include "base/error.h"
#include "base/log.h"
#include "net/backoff.h"
#include "net/link.h"
#include "net/tls.h"
#include "server/fleet/agent_keys.h"
#include "wire/message.h"

namespace slipway::server::fleet {

namespace asio = boost::asio;

// What a connection says of this server, and whom it believes.
struct Credentials {
  std::string instance;  // this server's own id
  const net::Tls& tls;
  AgentKeys& keys;
  // The fingerprint of the key that will take the place of this server's, while a change is under way.
  std::function<std::optional<std::string>()> next_key = [] { return std::nullopt; };

  wire::Hello hello() const {
    return {.version = SLIPWAY_VERSION, .role = "server", .instance = instance, .next_key = next_key()};
  }
};

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

// The hello of an agent in the payload that was its first; an error where it is something else.
base::Result<wire::Hello> agents_hello(std::string_view payload);

class AgentConnection {
 public:
  // One that is dialled, and one that dials itself.
  AgentConnection(asio::any_io_executor executor, base::Address address, Credentials credentials,
                  ConnectionListener& listener, base::Logger log);
  AgentConnection(asio::any_io_executor executor, std::string name, Credentials credentials,
                  ConnectionListener& listener, base::Logger log);

  // Dials until it is cancelled, or closed.
  asio::awaitable<void> run();
  // Carries a link that the agent made itself, from the hellos to its end. One that is there already ends
  // first.
  asio::awaitable<base::Error> carry(net::Link& link, wire::Hello hello, base::Fingerprint key);
  // Ends the link at once and dials no more.
  void close(const std::string& reason);
  // Ends the link; it is made again.
  void reconnect(const std::string& reason);
  // Which key the agent is known by, or whether the link is encrypted, may be another than before.
  void trust_changed();

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
  asio::awaitable<base::Result<std::unique_ptr<net::Stream>>> open_stream(net::Tcp::socket socket);
  asio::awaitable<base::Result<std::unique_ptr<net::Stream>>> encrypt(net::Tcp::socket socket);
  base::Result<> check_trust() const;
  asio::awaitable<base::Result<>> meet(net::Link& link);
  asio::awaitable<base::Result<>> exchange_hello(net::Link& link);
  asio::awaitable<base::Error> receive_all(net::Link& link);
  base::Result<> dispatch(std::string_view payload);
  base::Result<> handle(const wire::Message& message, std::string_view raw);
  void answer(const std::string& id, base::Result<wire::Answer> answer);
  void went_online(net::Link& link);
  void went_offline(const base::Error& reason);
  void set_reason(std::string reason);

  asio::any_io_executor executor_;
  std::optional<base::Address> address_;  // none: it dials itself
  std::string addr_;
  Credentials credentials_;
  ConnectionListener& listener_;
  base::Logger log_;
  net::Link* link_ = nullptr;             // while there is one
  bool online_ = false;                   // hello was exchanged
  std::optional<base::Fingerprint> key_;  // that the agent of the link has shown; none: plaintext
  std::optional<std::string> reason_;
  std::optional<wire::Hello> hello_;
  std::optional<base::Time> last_heard_;
  base::SteadyTime offline_since_ = std::chrono::steady_clock::now();
  base::SteadyTime connected_since_;
  std::map<std::string, std::shared_ptr<Question>> questions_;
  bool closed_ = false;
  async::Event wake_;
  async::Event left_;  // the link has ended
  net::Backoff backoff_;
};

}  // namespace slipway::server::fleet
