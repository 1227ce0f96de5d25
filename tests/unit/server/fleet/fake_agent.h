// An agent in the test's own process: it listens on a real port, speaks the wire protocol, keeps its orders
// in memory, and does what the test says.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/task_group.h"
#include "base/address.h"
#include "base/error.h"
#include "net/link.h"
#include "net/tls.h"
#include "wire/message.h"

namespace slipway::server::test {

namespace asio = boost::asio;

class FakeAgent {
 public:
  explicit FakeAgent(asio::any_io_executor executor);

  // Listens, on the same port as before if there was one.
  void start();
  asio::awaitable<void> stop();
  // Ends the connection as a cable that is pulled does; the server may come back at once.
  void cut();

  base::Address address() const { return {"127.0.0.1", port_}; }
  bool connected() const { return link_ != nullptr; }

  template <class T>
  void send(const T& message, std::string_view raw = {}) {
    send_frame(wire::encode(message, raw));
  }
  void send_frame(std::string frame);

  // Appends to the spool of an order and sends it, if the server follows.
  template <class T>
  void tell(const std::string& order, const T& message, std::string_view raw = {}) {
    append(order, wire::encode(message, raw));
  }
  void append(const std::string& order, const std::string& frames);
  // A spool of one step that ends with this result.
  void carry_out(const std::string& order, wire::ResultState state = wire::ResultState::succeeded);

  // --- how it behaves
  wire::Hello hello;
  std::string head = std::string(40, 'a');           // what resolve answers
  std::optional<std::string> standing = "standing";  // what status answers
  std::optional<std::string> branch;
  std::vector<std::string> modified;
  std::optional<std::string> looked_at = "2026-11-23T08:00:00.000Z";
  std::optional<wire::ErrorMessage> query_error;  // answers queries with this
  bool answers_queries = true;
  bool answers_orders = true;
  std::optional<std::string> rejects;  // orders, for this reason
  bool says_hello = true;
  std::optional<net::Tls> tls;                   // none: plaintext
  std::optional<base::Fingerprint> trusts_only;  // else it trusts every server

  // --- what it was told
  std::vector<wire::Hello> hellos;
  std::vector<wire::Order> orders;
  std::vector<wire::Follow> follows;
  std::vector<wire::Ack> acks;
  std::vector<wire::Cancel> cancels;
  std::vector<wire::Query> queries;
  std::vector<wire::ErrorMessage> errors;
  std::vector<std::string> link_ends;

  struct Kept {
    std::string spool;
    bool finished = false;
    bool followed = false;
  };
  std::map<std::string, Kept> kept;  // by order id

 private:
  asio::awaitable<void> accept_loop();
  asio::awaitable<void> serve(net::Tcp::socket socket);
  asio::awaitable<std::unique_ptr<net::Stream>> open_stream(net::Tcp::socket socket);
  void handle(const wire::Message& message);
  void handle(const wire::Order& order);
  void handle(const wire::Follow& follow);
  void handle(const wire::Query& query);
  void say_state(const std::string& id);
  wire::WorkingCopyStatus status() const;

  asio::any_io_executor executor_;
  std::uint16_t port_ = 0;
  std::optional<net::Tcp::acceptor> acceptor_;
  net::Link* link_ = nullptr;
  std::unique_ptr<async::TaskGroup> tasks_;
};

}  // namespace slipway::server::test
