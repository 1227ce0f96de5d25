#include "server/http/cookies.h"

#include "server/access/jwt.h"
#include "server/http/credentials.h"

namespace slipway::server::http {
namespace {

using std::chrono::seconds;

constexpr std::string_view everywhere = "/";
// "__Host-" demands "/"; the others go where they are used.
constexpr std::string_view only_there = "/api/v1/session";

std::string cookie(std::string_view name, std::string_view value, std::string_view path, seconds age,
                   bool secure) {
  return fmt::format("{}={}; Path={}; Max-Age={}; HttpOnly; SameSite=Strict{}", name, value, path,
                     age.count(), secure ? "; Secure" : "");
}

}  // namespace

void set_cookies(Response& response, const Request& request, const access::Grant& grant) {
  const CookieNames names = cookie_names(request.secure);
  const auto set = [&](std::string_view name, const std::string& value, std::string_view path, seconds age) {
    response.headers.add("Set-Cookie", cookie(name, value, path, age, request.secure));
  };
  set(names.session, grant.token, everywhere, access::token_lifetime);
  if (!grant.renewal.empty())
    set(names.renewal, grant.identity.key + "." + grant.renewal, only_there, access::Session::age_limit);
  if (!grant.device.empty()) set(names.device, grant.device, only_there, std::chrono::days{365});
}

void clear_cookies(Response& response, const Request& request) {
  const CookieNames names = cookie_names(request.secure);
  response.headers.add("Set-Cookie", cookie(names.session, "", everywhere, seconds{0}, request.secure));
  response.headers.add("Set-Cookie", cookie(names.renewal, "", only_there, seconds{0}, request.secure));
}

}  // namespace slipway::server::http
