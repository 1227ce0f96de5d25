#include "base/address.h"

#ifdef _WIN32
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#endif

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "base/text.h"

namespace slipway::base {
namespace {

constexpr std::string_view digits = "0123456789";
constexpr std::string_view host_characters = "abcdefghijklmnopqrstuvwxyz0123456789.-_";

struct HostAndPort {
  std::string_view host;
  std::string_view port;
  bool bracketed = false;
};

std::string shown(std::string_view text) {
  return printable(shorten(mask_credentials(text), 80));
}

Result<HostAndPort> split_brackets(std::string_view text) {
  const std::size_t close = text.find(']');
  if (close == std::string_view::npos)
    return fail(ErrorCode::invalid, "\"{}\" lacks the ']' after the IPv6 address", shown(text));
  if (close + 1 >= text.size() || text[close + 1] != ':') {
    return fail(ErrorCode::invalid, "\"{}\" has no port; expected \"[address]:port\"", shown(text));
  }
  return HostAndPort{text.substr(1, close - 1), text.substr(close + 2), true};
}

Result<HostAndPort> split(std::string_view text) {
  if (text.starts_with('[')) return split_brackets(text);
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    return fail(ErrorCode::invalid, "\"{}\" has no port; expected \"host:port\"", shown(text));
  }
  if (text.find(':', colon + 1) != std::string_view::npos) {
    return fail(ErrorCode::invalid,
                "\"{}\" has more than one ':'; an IPv6 address stands in brackets, as in \"[::1]:8081\"",
                shown(text));
  }
  return HostAndPort{text.substr(0, colon), text.substr(colon + 1)};
}

Result<std::uint16_t> parse_port(std::string_view text, std::string_view whole) {
  std::uint32_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool is_number = !text.empty() && text.find_first_not_of(digits) == std::string_view::npos;
  if (!is_number) return fail(ErrorCode::invalid, "\"{}\" has no port number after ':'", shown(whole));
  if (error != std::errc{} || port > 65535) {
    return fail(ErrorCode::invalid, "port {} of \"{}\" is out of range; expected 1 to 65535", shown(text),
                shown(whole));
  }
  return static_cast<std::uint16_t>(port);
}

std::optional<std::string> normal_ipv6(const std::string& host) {
  in6_addr binary{};
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (::inet_pton(AF_INET6, host.c_str(), &binary) != 1) return std::nullopt;
  if (::inet_ntop(AF_INET6, &binary, text.data(), text.size()) == nullptr) return std::nullopt;
  return std::string{text.data()};
}

bool is_ipv4(const std::string& host) {
  in_addr binary{};
  return ::inet_pton(AF_INET, host.c_str(), &binary) == 1;
}

// "192.168.1.300" and "127.1" are mistyped addresses, not names: no name of a host ends in a number.
bool ends_in_number(std::string_view host) {
  const std::string_view last = host.substr(host.rfind('.') + 1);
  return !last.empty() && last.find_first_not_of(digits) == std::string_view::npos;
}

bool is_host_name(std::string_view host) {
  return host.size() <= 253 && host.find_first_not_of(host_characters) == std::string_view::npos &&
         !host.starts_with('-') && !host.starts_with('.') && host.find("..") == std::string_view::npos;
}

Result<std::string> parse_host(const HostAndPort& parts) {
  std::string host{parts.host};
  if (host.find('\0') != std::string::npos)
    return fail(ErrorCode::invalid, "\"{}\" is not a host", shown(host));
  if (parts.bracketed) {
    const auto normal = normal_ipv6(host);
    if (!normal) return fail(ErrorCode::invalid, "\"{}\" is not an IPv6 address", shown(host));
    return *normal;
  }
  std::ranges::transform(host, host.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (!is_host_name(host)) {
    return fail(ErrorCode::invalid, "\"{}\" is not a host; expected letters, digits, '.', '-' and '_'",
                shown(parts.host));
  }
  if (ends_in_number(host) && !is_ipv4(host))
    return fail(ErrorCode::invalid, "\"{}\" is not an IPv4 address", shown(host));
  return host;
}

}  // namespace

std::string Address::text() const {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port)
                                             : fmt::format("[{}]:{}", host, port);
}

bool Address::is_loopback() const {
  if (host.empty() || host == "localhost" || host == "::1") return true;
  return host.starts_with("127.") && is_ipv4(host);
}

Result<Address> parse_address(std::string_view text) {
  const auto parts = split(text);
  if (!parts) return std::unexpected(parts.error());
  const auto host = parse_host(*parts);
  if (!host) return std::unexpected(host.error());
  const auto port = parse_port(parts->port, text);
  if (!port) return std::unexpected(port.error());
  return Address{*host, *port};
}

}  // namespace slipway::base
