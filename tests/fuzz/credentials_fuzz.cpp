// Any bytes as what a request says about who sent it: Authorization, Cookie, a proxy's header, a JWT. Nobody
// is let in who does not know the secret, and nothing crashes.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "server/access/jwt.h"
#include "server/http/credentials.h"

namespace slipway::server {
namespace {

// One field on each line.
http::Headers headers_of(std::string_view text) {
  http::Headers headers;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    const std::size_t colon = std::min(line.find(':'), line.size());
    headers.add(line.substr(0, colon), line.substr(std::min(colon + 1, line.size())));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return headers;
}

void never_believed(const std::string& token) {
  static const std::string secret = "nobody who writes a corpus knows this";
  if (access::verify(token, secret, base::from_unix_ms(1'800'000'000'000))) __builtin_trap();
}

}  // namespace
}  // namespace slipway::server

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace slipway::server;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const http::Headers headers = headers_of(text);
  for (const bool secure : {false, true}) {
    const access::Credentials found = http::credentials_of(headers, secure, "X-Remote-User");
    if (found.bearer) never_believed(*found.bearer);
    if (found.cookie) never_believed(*found.cookie);
    http::parse_renewal(http::cookie_of(headers, http::cookie_names(secure).renewal));
  }
  http::forwarded_address(headers);
  never_believed(std::string{text});
  return 0;
}
