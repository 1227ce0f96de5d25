#include "server/http/response.h"

#include <fmt/format.h>

#include <array>
#include <boost/json/serialize.hpp>
#include <ctime>

namespace slipway::server::http {
namespace {

constexpr std::string_view security_headers =
    "Content-Security-Policy: default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";

// "Sun, 06 Nov 1994 08:49:37 GMT", whatever the locale.
std::string http_date() {
  constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                              "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", days.at(static_cast<std::size_t>(utc.tm_wday)),
                     utc.tm_mday, months.at(static_cast<std::size_t>(utc.tm_mon)), utc.tm_year + 1900,
                     utc.tm_hour, utc.tm_min, utc.tm_sec);
}

std::string framing_headers(const Response& response, Framing framing) {
  if (response.status == 304) return {};
  switch (framing) {
    case Framing::length:
      return fmt::format("Content-Length: {}\r\n",
                         response.stream ? response.stream_length.value_or(0) : response.bytes().size());
    case Framing::chunked:
      return "Transfer-Encoding: chunked\r\n";
    case Framing::close:
      return {};
  }
  return {};
}

// A line end in a value would let its author write headers of his own.
void append_field(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ");
  for (const char c : value) head += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
  head += "\r\n";
}

}  // namespace

Response json_response(int status, const boost::json::value& body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}},
          .body = boost::json::serialize(body)};
}

Framing framing_of(const Response& response, const Request& request) {
  if (!response.stream || response.stream_length) return Framing::length;
  return request.http_1_0 ? Framing::close : Framing::chunked;
}

std::string serialize_head(const Response& response, Framing framing, bool keep_alive) {
  std::string head = fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status,
                                 reason_phrase(response.status), http_date());
  for (const auto& [name, value] : response.headers) append_field(head, name, value);
  if (!response.headers.find("Cache-Control")) head += "Cache-Control: no-store\r\n";
  head += security_headers;
  if (response.secure) head += "Strict-Transport-Security: max-age=31536000\r\n";
  head += framing_headers(response, framing);
  // Said always: what is the default differs between HTTP/1.0 and 1.1.
  head += keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  return head;
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 206:
      return "Partial Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 416:
      return "Range Not Satisfiable";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Unknown";
  }
}

}  // namespace slipway::server::http
