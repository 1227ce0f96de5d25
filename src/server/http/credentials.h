// What a request says about who sent it. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "server/access/access.h"
#include "server/http/headers.h"

namespace slipway::server::http {

// The names of our cookies. Under HTTPS they carry the prefixes that keep a neighbour from setting them.
struct CookieNames {
  std::string_view session;
  std::string_view renewal;
  std::string_view device;
};
CookieNames cookie_names(bool secure);

// "a=1; b=2"; of a name that is there twice, the first.
std::map<std::string, std::string> parse_cookies(std::string_view header);
std::string cookie_of(const Headers& headers, std::string_view name);

// `header` is the one by which a proxy names the account; empty: there is none.
access::Credentials credentials_of(const Headers& headers, bool secure, std::string_view header);

// "session.secret"
struct Renewal {
  std::string session;
  std::string secret;
};
std::optional<Renewal> parse_renewal(std::string_view text);

// The address behind a proxy that is believed: the last of X-Forwarded-For; none if it is no address.
std::optional<std::string> forwarded_address(const Headers& headers);

}  // namespace slipway::server::http
