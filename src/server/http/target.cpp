#include "server/http/target.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace slipway::server::http {
namespace {

using base::ErrorCode;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

std::string_view take_until(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

base::Result<std::vector<std::string>> parse_segments(std::string_view path) {
  std::vector<std::string> segments;
  if (path == "/") return segments;
  while (path.starts_with('/')) {
    const std::size_t end = std::min(path.find('/', 1), path.size());
    auto segment = percent_decode(path.substr(1, end - 1));
    if (!segment) return std::unexpected(segment.error());
    segments.push_back(std::move(*segment));
    path.remove_prefix(end);
  }
  return segments;
}

base::Result<std::map<std::string, std::string>> parse_query(std::string_view text) {
  std::map<std::string, std::string> query;
  while (!text.empty()) {
    std::string_view pair = take_until(text, '&');
    if (pair.empty()) continue;
    auto name = percent_decode(take_until(pair, '='), true);
    if (!name) return std::unexpected(name.error());
    auto value = percent_decode(pair, true);
    if (!value) return std::unexpected(value.error());
    query.try_emplace(std::move(*name), std::move(*value));
  }
  return query;
}

// "http://host/path" becomes "host" and "/path".
std::string split_authority(std::string_view& text) {
  const std::size_t scheme = text.find("://");
  if (text.starts_with('/') || scheme == std::string_view::npos) return {};
  const std::size_t end = std::min(text.find_first_of("/?", scheme + 3), text.size());
  std::string authority{text.substr(scheme + 3, end - scheme - 3)};
  text = end == text.size() ? std::string_view{"/"} : text.substr(end);
  return authority;
}

}  // namespace

base::Result<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t index = 0; index < text.size(); ++index) {
    char c = text[index];
    if (c == '%') {
      const int high = index + 1 < text.size() ? hex_digit(text[index + 1]) : -1;
      const int low = index + 2 < text.size() ? hex_digit(text[index + 2]) : -1;
      if (high < 0 || low < 0) {
        return base::fail(ErrorCode::invalid, "\"{}\" has a '%' that two hexadecimal digits do not follow",
                          base::printable(base::shorten(text, 80)));
      }
      c = static_cast<char>(high * 16 + low);
      index += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    decoded += c;
  }
  if (!base::is_utf8(decoded) || std::ranges::any_of(decoded, is_control)) {
    return base::fail(ErrorCode::invalid,
                      "\"{}\" is not text: control characters or bytes that are not UTF-8",
                      base::printable(base::shorten(text, 80)));
  }
  return decoded;
}

std::string percent_encode(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain)
      encoded += c;
    else
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

base::Result<Target> parse_target(std::string_view text) {
  Target target;
  target.authority = split_authority(text);
  // A fragment is never sent by those who follow the rules.
  const std::string_view path_and_query = take_until(text, '#');
  std::string_view query = path_and_query;
  target.path = take_until(query, '?');
  if (!target.path.starts_with('/')) {
    return base::fail(ErrorCode::invalid, "the request's target \"{}\" does not begin with '/'",
                      base::printable(base::shorten(target.path, 80)));
  }
  auto segments = parse_segments(target.path);
  if (!segments) return std::unexpected(segments.error());
  target.segments = std::move(*segments);
  auto parameters = parse_query(query);
  if (!parameters) return std::unexpected(parameters.error());
  target.query = std::move(*parameters);
  return target;
}

}  // namespace slipway::server::http
