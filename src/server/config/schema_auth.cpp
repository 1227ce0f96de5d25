// The descriptions of "auth" and "tls".
#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "server/config/schemas.h"

namespace slipway::server::config {
namespace {

// The address as it is compared with that of a peer; none: it is no IP address.
std::optional<std::string> normal_address(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  std::array<char, INET6_ADDRSTRLEN> written{};
  for (const int family : {AF_INET, AF_INET6}) {
    if (::inet_pton(family, text.c_str(), bytes.data()) == 1 &&
        ::inet_ntop(family, bytes.data(), written.data(), written.size()) != nullptr)
      return written.data();
  }
  return std::nullopt;
}

bool is_header_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

// What a browser sends by itself, or what means something else to the server.
bool is_taken(std::string name) {
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  constexpr auto taken = std::to_array<std::string_view>(
      {"authorization", "cookie", "host", "origin", "referer", "user-agent", "content-type", "content-length",
       "accept", "connection", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"});
  return std::ranges::find(taken, name) != taken.end();
}

void read_header(const Field& field, std::string& result) {
  if (field.value.kind != Kind::string) return field.unexpected();
  if (!field.value.text.empty() && (!is_header_name(field.value.text) || is_taken(field.value.text)))
    return field.problem(fmt::format(
        "{} cannot carry a name; expected a header that only the proxy sets, such as \"X-Remote-User\"",
        found(field.value)));
  result = field.value.text;
}

void read_addresses(const Field& field, std::vector<std::string>& result) {
  if (field.value.kind != Kind::list || field.value.elements.empty()) return field.unexpected();
  for (const Located& element : field.value.elements) {
    const auto address = element.kind == Kind::string ? normal_address(element.text) : std::nullopt;
    if (address)
      result.push_back(*address);
    else
      field.element(element).problem(
          fmt::format("expected an IP address such as \"127.0.0.1\", found {}", found(element)));
  }
}

void read_proxy(const Field& field, Auth& auth) {
  if (field.value.kind != Kind::object) return field.unexpected();
  read_object(auth_proxy_schema(), field.value, field.report, auth.proxy);
}

}  // namespace

bool AuthProxy::trusts(const std::string& peer) const {
  return std::ranges::find(from, peer) != from.end();
}

void read_auth(const Field& field, ConfigDraft& config) {
  if (field.value.kind != Kind::object) return field.unexpected();
  read_object(auth_schema(), field.value, field.report, config.auth);
}

Schema<Auth> auth_schema() {
  return {"an auth",
          {{{.name = "proxy",
             .value = "an object",
             .fallback = "{}",
             .doc = "A reverse proxy in front of the server, see below."},
            read_proxy}}};
}

void read_tls(const Field& field, ConfigDraft& config) {
  if (field.value.kind != Kind::object) return field.unexpected();
  Tls tls;
  if (read_object(tls_schema(), field.value, field.report, tls)) config.tls = std::move(tls);
}

Schema<Tls> tls_schema() {
  return {"a tls",
          {{{.name = "cert",
             .value = "a path, absolute or relative to this file",
             .doc = "The certificate in PEM, followed by those between it and its root.",
             .required = true},
            into(&Tls::cert, read_path)},
           {{.name = "key",
             .value = "a path, absolute or relative to this file",
             .doc = "Its private key in PEM, without a passphrase.",
             .required = true},
            into(&Tls::key, read_path)}}};
}

Schema<AuthProxy> auth_proxy_schema() {
  return {
      "a proxy",
      {{{.name = "header",
         .value = "the name of a header",
         .fallback = "\"\"",
         .doc = "The proxy has logged the person in and names the account in this header, such as "
                "`X-Remote-User`. Accounts must exist; roles are the account's. Empty: people log in at "
                "the page."},
        into(&AuthProxy::header, read_header)},
       {{.name = "from",
         .value = "a list of IP addresses",
         .doc = "The addresses of the proxy. Only requests from these are believed in what they say with "
                "`header`, `X-Forwarded-For` and `X-Forwarded-Proto`. Everything that connects from there, "
                "also another program on the same host, can name any account.",
         .required = true},
        into(&AuthProxy::from, read_addresses)}}};
}

}  // namespace slipway::server::config
