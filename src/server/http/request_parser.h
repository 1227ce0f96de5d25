// One request out of the bytes of a connection. No I/O: bytes in, a Request out.
#pragma once

#include <expected>
#include <memory>
#include <string_view>

#include "server/http/limits.h"
#include "server/http/problem.h"
#include "server/http/request.h"

namespace slipway::server::http {

class RequestParser {
 public:
  explicit RequestParser(const Limits& limits);
  ~RequestParser();
  RequestParser(RequestParser&&) noexcept;

  // Takes bytes from the front and says how many; the others are to be given again, with more behind them.
  // After done() they belong to the next request. After a problem nothing on the connection can be understood
  // any more.
  std::expected<std::size_t, Problem> feed(std::string_view bytes);

  // Something of a request has arrived.
  bool begun() const;
  bool header_done() const;
  bool done() const;
  // The client waits for "100 Continue" before it sends the body.
  bool expects_continue() const;

  // Once, after done().
  std::expected<Request, Problem> take();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace slipway::server::http
