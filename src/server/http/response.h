// An answer: plain data, or a body that is made while it is sent.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "server/http/headers.h"
#include "server/http/request.h"

namespace slipway::server::http {

namespace asio = boost::asio;

// A body that is asked for piece by piece, so that memory holds one piece, however slow the reader is.
class Body {
 public:
  virtual ~Body() = default;

  // The next bytes; none at the end. An error breaks the connection off: what was sent is known to be too
  // short.
  virtual asio::awaitable<base::Result<std::string>> next() = 0;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  std::string_view constant_body;              // in place of body: bytes that live as long as the program
  std::unique_ptr<Body> stream;                // in place of body
  std::optional<std::uint64_t> stream_length;  // unknown: ends with the connection or the last chunk
  bool close = false;                          // the connection ends after this
  bool secure = false;                         // it goes out by HTTPS

  // For the audit log.
  std::string audit_note;      // what was done
  std::string audit_who;       // who tried, where nobody is logged in
  bool audit_quietly = false;  // nothing happened that is worth an entry

  std::string_view bytes() const { return constant_body.empty() ? std::string_view{body} : constant_body; }
};

Response json_response(int status, const boost::json::value& body);

// How the end of the body is told to the reader.
enum class Framing { length, chunked, close };
Framing framing_of(const Response& response, const Request& request);

// Status line and header, up to and with the empty line. What every response carries (the security headers,
// the date) is added here and nowhere else.
std::string serialize_head(const Response& response, Framing framing, bool keep_alive);

std::string_view reason_phrase(int status);

}  // namespace slipway::server::http
