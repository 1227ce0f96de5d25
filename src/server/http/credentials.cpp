#include "server/http/credentials.h"

#include <boost/asio/ip/address.hpp>

#include "base/id.h"
#include "base/text.h"

namespace slipway::server::http {
namespace {

constexpr std::size_t max_name_bytes = 300;

// "Bearer x" gives x; anything else gives "", which is nobody's.
std::string bearer_of(std::string_view authorization) {
  constexpr std::string_view scheme = "bearer ";
  if (authorization.size() <= scheme.size() ||
      !equal_ignoring_case(authorization.substr(0, scheme.size()), scheme))
    return {};
  return std::string{base::trim(authorization.substr(scheme.size()))};
}

}  // namespace

CookieNames cookie_names(bool secure) {
  if (secure) return {"__Host-slipway", "__Secure-slipway_renewal", "__Secure-slipway_device"};
  return {"slipway", "slipway_renewal", "slipway_device"};
}

std::map<std::string, std::string> parse_cookies(std::string_view header) {
  std::map<std::string, std::string> cookies;
  while (!header.empty()) {
    const std::size_t end = std::min(header.find(';'), header.size());
    const std::string_view pair = base::trim(header.substr(0, end));
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos)
      cookies.emplace(base::trim(pair.substr(0, equals)), base::trim(pair.substr(equals + 1)));
    header.remove_prefix(std::min(end + 1, header.size()));
  }
  return cookies;
}

std::string cookie_of(const Headers& headers, std::string_view name) {
  // A client may send several such fields.
  for (const auto& [field, value] : headers) {
    if (!equal_ignoring_case(field, "Cookie")) continue;
    const auto cookies = parse_cookies(value);
    const auto found = cookies.find(std::string{name});
    if (found != cookies.end()) return found->second;
  }
  return {};
}

access::Credentials credentials_of(const Headers& headers, bool secure, std::string_view header) {
  access::Credentials found;
  if (const auto authorization = headers.find("Authorization"))
    found.bearer = headers.count("Authorization") == 1 ? bearer_of(*authorization) : std::string{};
  if (auto cookie = cookie_of(headers, cookie_names(secure).session); !cookie.empty())
    found.cookie = std::move(cookie);
  if (header.empty()) return found;
  const auto name = headers.find(header);
  // Two of them: who knows which one the proxy has set?
  if (name && !name->empty() && name->size() <= max_name_bytes && headers.count(header) == 1)
    found.proxy_name = std::string{*name};
  else if (name && !name->empty())
    found.proxy_name = "?";
  return found;
}

std::optional<Renewal> parse_renewal(std::string_view text) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos || text.size() > max_name_bytes || !base::is_id(text.substr(0, dot)))
    return std::nullopt;
  return Renewal{std::string{text.substr(0, dot)}, std::string{text.substr(dot + 1)}};
}

std::optional<std::string> forwarded_address(const Headers& headers) {
  std::optional<std::string_view> last;
  for (const auto& [field, value] : headers) {
    if (equal_ignoring_case(field, "X-Forwarded-For")) last = value;
  }
  if (!last) return std::nullopt;
  boost::system::error_code error;
  const std::string text{base::trim(last->substr(last->rfind(',') + 1))};
  const auto address = boost::asio::ip::make_address(text, error);
  return error ? std::nullopt : std::optional(address.to_string());
}

}  // namespace slipway::server::http
