#include "server/http/origin_check.h"

#include <boost/asio/ip/address.hpp>

#include <fmt/format.h>

#include "base/address.h"
#include "base/text.h"

namespace slipway::server::http {
namespace {

std::string shown(std::string_view text) {
  return base::printable(base::shorten(text, 100));
}

// "localhost", or an address of any kind: what no name server can be made to answer.
bool is_no_name(std::string_view authority) {
  const bool has_port =
      authority.find(':', authority.starts_with('[') ? authority.find(']') : 0) != std::string_view::npos;
  const auto address =
      base::parse_address(has_port ? std::string{authority} : fmt::format("{}:80", authority));
  if (!address || address->host.empty()) return false;
  boost::system::error_code no_address;
  boost::asio::ip::make_address(address->host, no_address);
  return !no_address || address->is_loopback();
}

// "https://Example.org:443" becomes "example.org": browsers leave the scheme's own port out of Host and
// Origin alike, proxies do not always.
std::string authority_of(std::string_view origin) {
  const std::size_t scheme = origin.find("://");
  std::string authority = lower_case(scheme == std::string_view::npos ? origin : origin.substr(scheme + 3));
  for (const std::string_view port : {":80", ":443"}) {
    if (authority.ends_with(port)) authority.resize(authority.size() - port.size());
  }
  return authority;
}

std::string host_of(const Request& request) {
  return request.target.authority.empty() ? std::string{request.headers.find("Host").value_or("")}
                                          : request.target.authority;
}

bool changes_something(const Request& request) {
  return request.method != "GET" && request.method != "HEAD" && request.method != "OPTIONS";
}

// X-Forwarded-Host can be believed: a browser sends it for another origin's page only after a preflight
// request, which is never granted.
bool is_own_origin(const Request& request, std::string_view origin) {
  const std::string from = authority_of(origin);
  const auto forwarded = request.headers.find("X-Forwarded-Host");
  return from == authority_of(host_of(request)) || (forwarded && from == authority_of(*forwarded));
}

std::optional<Problem> check_sender(const Request& request) {
  if (const auto site = request.headers.find("Sec-Fetch-Site");
      site && *site != "same-origin" && *site != "none") {
    return Problem{ProblemCode::forbidden,
                   "the request comes from a web page of another origin (Sec-Fetch-Site)"};
  }
  const auto origin = request.headers.find("Origin");
  if (!origin || is_own_origin(request, *origin)) return std::nullopt;
  return Problem{
      ProblemCode::forbidden,
      fmt::format("the request comes from a web page of \"{}\", not from this server's own; a reverse proxy "
                  "in front of the server passes the browser's host as \"X-Forwarded-Host\"",
                  shown(*origin))};
}

}  // namespace

std::optional<Problem> check_origin(const Request& request) {
  return changes_something(request) ? check_sender(request) : std::nullopt;
}

std::optional<Problem> check_proxied_host(const Request& request) {
  const std::string host = host_of(request);
  if (is_no_name(host)) return std::nullopt;
  // No browser speaks HTTP/1.0 without a Host.
  if (host.empty() && request.http_1_0 && !request.headers.find("Host")) return std::nullopt;
  return Problem{ProblemCode::forbidden,
                 fmt::format("the request is for the host \"{}\"; a proxy that logs people in sets \"Host: "
                             "127.0.0.1\" and passes the browser's host as \"X-Forwarded-Host\"",
                             shown(host))};
}

}  // namespace slipway::server::http
