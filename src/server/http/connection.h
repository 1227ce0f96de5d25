// One connection: requests one after the other, each answered before the next is read.
//
// Every phase has a deadline, which the owner looks at now and then (expire_if_due): no timer for each
// operation. Being cancelled ends run() with Asio's operation_aborted at whatever it waits for.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/log.h"
#include "server/http/channel.h"
#include "server/http/limits.h"
#include "server/http/problem.h"
#include "server/http/request_parser.h"
#include "server/http/responder.h"

namespace slipway::server::http {

class Connection {
 public:
  using Clock = std::chrono::steady_clock;

  // With a context: HTTPS.
  Connection(Tcp::socket socket, TlsContext tls, Responder& responder, const Limits& limits,
             base::Logger log);

  bool encrypted() const { return channel_.encrypted(); }

  // Until one side closes it.
  asio::awaitable<void> run();

  // Answers the first request with the problem, and closes.
  asio::awaitable<void> refuse(Problem problem);

  // Ends the operation that is over its time.
  void expire_if_due(Clock::time_point now);

 private:
  // In which part of a request the connection is; each has its time.
  enum class Phase { idle, header, body };

  asio::awaitable<bool> shake_hands();
  asio::awaitable<std::optional<Request>> read_request(base::Millis patience);
  asio::awaitable<bool> enter(Phase phase, base::Millis patience, bool expects_continue);
  asio::awaitable<boost::system::error_code> read_some();
  asio::awaitable<bool> answer(Request request);
  asio::awaitable<Response> respond(Request& request);
  asio::awaitable<bool> send(const Request& request, Response& response);
  asio::awaitable<bool> send_stream(Body& body, std::string head, Framing framing);
  asio::awaitable<base::Result<std::string>> next_piece(Body& body);
  asio::awaitable<bool> write(std::string_view head, std::string_view body = {}, std::string_view tail = {});
  asio::awaitable<void> linger();

  void set_deadline(base::Millis limit);
  void log_access(const Request& request, int status, Clock::duration duration) const;

  Channel channel_;
  Responder& responder_;
  const Limits& limits_;
  base::Logger log_;
  std::string peer_;
  std::string buffer_;  // bytes that were read and belong to no request yet
  Clock::time_point deadline_ = Clock::time_point::max();
  bool expired_ = false;
  std::uint64_t sent_ = 0;  // bytes of the body of the response that is being sent
};

}  // namespace slipway::server::http
