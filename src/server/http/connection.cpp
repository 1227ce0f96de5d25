#include "server/http/connection.h"

#include <boost/system/system_error.hpp>
#include <exception>

#include "base/text.h"

namespace slipway::server::http {
namespace {

// Small, because thousands of idle connections each keep one.
constexpr std::size_t read_bytes = std::size_t{4} << 10U;
constexpr std::size_t max_lingering_bytes = std::size_t{1} << 20U;

// What a handler threw. Cancellation is no failure: it goes on upwards.
std::string text_of_bug(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const boost::system::system_error& error) {
    if (error.code() == asio::error::operation_aborted) throw;
    return error.what();
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace

Connection::Connection(Tcp::socket socket, TlsContext tls, Responder& responder, const Limits& limits,
                       base::Logger log)
    : channel_(std::move(socket), std::move(tls)),
      responder_(responder),
      limits_(limits),
      log_(std::move(log)),
      peer_(channel_.peer()) {}

asio::awaitable<void> Connection::run() {
  if (channel_.encrypted() && !co_await shake_hands()) co_return;
  base::Millis patience = limits_.header;
  for (;;) {
    auto request = co_await read_request(patience);
    if (!request) co_return;
    if (!co_await answer(std::move(*request))) co_return;
    patience = limits_.idle;
  }
}

asio::awaitable<bool> Connection::shake_hands() {
  set_deadline(limits_.header);
  const auto error = co_await channel_.shake_hands();
  if (!error) co_return true;
  log_->debug("{}: no TLS: {}", peer_, error.message());
  if (!is_plain_http(error)) co_return false;
  Response response =
      to_response({ProblemCode::bad_request, "this address speaks HTTPS; begin it with https://"});
  response.close = true;
  co_await channel_.write_plainly(serialize_head(response, Framing::length, false) + response.body);
  co_return false;
}

asio::awaitable<void> Connection::refuse(Problem problem) {
  log_->debug("{}: {}", peer_, base::printable(problem.detail));
  Response response = to_response(problem);
  response.close = true;
  const std::string head = serialize_head(response, Framing::length, false);
  if (co_await write(head, response.bytes())) co_await linger();
}

void Connection::set_deadline(base::Millis limit) {
  deadline_ = Clock::now() + limit;
  expired_ = false;
}

void Connection::expire_if_due(Clock::time_point now) {
  if (now < deadline_) return;
  expired_ = true;
  channel_.cancel();
}

asio::awaitable<std::optional<Request>> Connection::read_request(base::Millis patience) {
  RequestParser parser{limits_};
  std::optional<Phase> phase;
  for (;;) {
    const auto used = parser.feed(buffer_);
    if (!used) {
      co_await refuse(used.error());
      co_return std::nullopt;
    }
    buffer_.erase(0, *used);
    if (parser.done()) break;
    const Phase now = parser.header_done() ? Phase::body : parser.begun() ? Phase::header : Phase::idle;
    if (phase != now && !co_await enter(now, patience, parser.expects_continue())) co_return std::nullopt;
    phase = now;
    if (!co_await read_some()) continue;
    if (expired_ && parser.begun()) {
      co_await refuse({ProblemCode::request_timeout, "the request did not arrive in time"});
    }
    co_return std::nullopt;
  }
  auto request = parser.take();
  if (request) co_return std::move(*request);
  co_await refuse(request.error());
  co_return std::nullopt;
}

asio::awaitable<bool> Connection::enter(Phase phase, base::Millis patience, bool expects_continue) {
  if (expects_continue && !co_await write("HTTP/1.1 100 Continue\r\n\r\n")) co_return false;
  set_deadline(phase == Phase::idle ? patience : phase == Phase::header ? limits_.header : limits_.body);
  co_return true;
}

asio::awaitable<boost::system::error_code> Connection::read_some() {
  return channel_.read_some(buffer_, read_bytes);
}

asio::awaitable<bool> Connection::answer(Request request) {
  const auto begun = Clock::now();
  // The handlers have limits of their own.
  deadline_ = Clock::time_point::max();
  sent_ = 0;
  request.peer = peer_;
  request.secure = channel_.encrypted();
  Response response = co_await respond(request);
  const bool keep = co_await send(request, response);
  log_access(request, response.status, Clock::now() - begun);
  co_return keep;
}

asio::awaitable<Response> Connection::respond(Request& request) {
  std::exception_ptr thrown;
  try {
    co_return co_await responder_.respond(request);
  } catch (...) {
    thrown = std::current_exception();
  }
  log_->error("{} {}: {}", request.method, base::printable(request.target.path), text_of_bug(thrown));
  co_return to_response({ProblemCode::internal, "the server failed at this request; its log says more"});
}

asio::awaitable<bool> Connection::send(const Request& request, Response& response) {
  const Framing framing = framing_of(response, request);
  const bool keep = request.keep_alive && !response.close && framing != Framing::close;
  std::string head = serialize_head(response, framing, keep);
  bool sent = false;
  if (request.is_head()) {
    sent = co_await write(head);
  } else if (response.stream) {
    sent = co_await send_stream(*response.stream, std::move(head), framing);
  } else {
    sent_ = response.bytes().size();
    sent = co_await write(head, response.bytes());
  }
  if (sent && !keep) co_await linger();
  co_return sent&& keep;
}

asio::awaitable<bool> Connection::send_stream(Body& body, std::string head, Framing framing) {
  for (;;) {
    deadline_ = Clock::time_point::max();
    const auto piece = co_await next_piece(body);
    if (!piece) {
      log_->warn("{}: an answer was broken off: {}", peer_, piece.error().message);
      co_return false;
    }
    const bool end = piece->empty();
    std::string_view tail;
    if (framing == Framing::chunked) {
      head += fmt::format("{:x}\r\n", piece->size());
      tail = "\r\n";  // behind the last chunk, which is empty, it ends the trailer
    }
    if (!co_await write(head, *piece, tail)) co_return false;
    if (end) co_return true;
    sent_ += piece->size();
    head.clear();
  }
}

asio::awaitable<base::Result<std::string>> Connection::next_piece(Body& body) {
  std::exception_ptr thrown;
  try {
    co_return co_await body.next();
  } catch (...) {
    thrown = std::current_exception();
  }
  co_return base::fail(base::ErrorCode::io, "{}", text_of_bug(thrown));
}

asio::awaitable<bool> Connection::write(std::string_view head, std::string_view body, std::string_view tail) {
  set_deadline(limits_.write);
  const auto error = co_await channel_.write(head, body, tail);
  deadline_ = Clock::time_point::max();
  co_return !error;
}

// Closing a socket with unread bytes in it resets the connection, and the client may lose the answer: so what
// it still sends is read away, for a while.
asio::awaitable<void> Connection::linger() {
  set_deadline(limits_.linger);
  auto failed = co_await channel_.finish();
  for (std::size_t total = 0; !failed && total < max_lingering_bytes; total += buffer_.size()) {
    buffer_.clear();
    failed = co_await read_some();
  }
}

void Connection::log_access(const Request& request, int status, Clock::duration duration) const {
  const auto level = status >= 500 ? spdlog::level::warn : spdlog::level::debug;
  log_->log(level, "{} {} {} {} {} bytes {} ms", peer_, request.method,
            base::printable(base::mask_credentials(request.target.path)), status, sent_,
            std::chrono::duration_cast<base::Millis>(duration).count());
}

}  // namespace slipway::server::http
