#include "base/http_url.h"

#include <algorithm>
#include <cstdint>

#include "base/encoding.h"
#include "base/text.h"

namespace slipway::base {
namespace {

constexpr std::string_view scheme = "http://";
constexpr std::size_t max_url = 2000;

std::string shown(std::string_view url) {
  return printable(shorten(mask_credentials(url), 200));
}

bool is_graphic(char c) {
  return c > ' ' && c < 0x7f;
}

// "user:password"; a user alone has an empty password.
std::string basic(std::string_view credentials) {
  const std::size_t colon = std::min(credentials.find(':'), credentials.size());
  const std::string_view password = credentials.substr(std::min(colon + 1, credentials.size()));
  return "Basic " + base64(unescaped(credentials.substr(0, colon)) + ":" + unescaped(password));
}

bool has_port(std::string_view authority) {
  const std::size_t bracket = authority.find(']');
  return authority.find(':', bracket == std::string_view::npos ? 0 : bracket) != std::string_view::npos;
}

Result<> check_form(std::string_view url) {
  const auto refused = [&](std::string_view why) {
    return fail(ErrorCode::invalid, "\"{}\" {}", shown(url), why);
  };
  if (url.size() > max_url) return fail(ErrorCode::invalid, "a URL of more than {} characters", max_url);
  if (!std::ranges::all_of(url, is_graphic))
    return refused("holds a space, a control character or one that is not ASCII; expected it as %20");
  if (url.starts_with("https://"))
    return refused(
        "is encrypted, which cannot be asked yet; expected \"http://…\", or a command such as curl");
  if (!url.starts_with(scheme)) return refused("is not a URL that begins with http://");
  return {};
}

}  // namespace

Result<HttpUrl> parse_http_url(std::string_view url) {
  if (auto form = check_form(url); !form) return std::unexpected(form.error());
  const std::string_view rest = url.substr(scheme.size(), url.find('#') - scheme.size());
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view authority = rest.substr(0, end);
  const std::size_t at = authority.rfind('@');
  const std::string_view host = at == std::string_view::npos ? authority : authority.substr(at + 1);
  const auto address = parse_address(has_port(host) ? std::string(host) : std::string(host) + ":80");
  if (!address) return std::unexpected(address.error().context(fmt::format("\"{}\"", shown(url))));
  if (address->host.empty()) return fail(ErrorCode::invalid, "\"{}\" names no host", shown(url));
  if (address->port == 0)
    return fail(ErrorCode::invalid, "port 0 of \"{}\" cannot be asked; expected 1 to 65535", shown(url));
  const std::string_view target = rest.substr(end);
  return HttpUrl{.address = *address,
                 .host = std::string(host),
                 .target = target.starts_with('/') ? std::string(target) : "/" + std::string(target),
                 .authorization = at == std::string_view::npos ? "" : basic(authority.substr(0, at)),
                 .shown = shown(url)};
}

}  // namespace slipway::base
