#include "server/http/router.h"

#include <optional>

namespace slipway::server::http {
namespace {

std::vector<std::string_view> split(std::string_view pattern) {
  std::vector<std::string_view> parts;
  while (!pattern.empty()) {
    const std::size_t end = std::min(pattern.find('/', 1), pattern.size());
    parts.push_back(pattern.substr(1, end - 1));
    pattern.remove_prefix(end);
  }
  return parts;
}

bool is_parameter(std::string_view part) {
  return part.starts_with('{');
}

std::optional<std::map<std::string, std::string>> match(std::string_view pattern,
                                                        const std::vector<std::string>& segments) {
  const auto parts = split(pattern);
  if (parts.size() != segments.size()) return std::nullopt;
  std::map<std::string, std::string> parameters;
  for (std::size_t index = 0; index < parts.size(); ++index) {
    const std::string_view part = parts[index];
    const std::string& segment = segments[index];
    if (!is_parameter(part)) {
      if (part != segment) return std::nullopt;
    } else {
      if (segment.empty()) return std::nullopt;
      parameters.emplace(part.substr(1, part.size() - 2), segment);
    }
  }
  return parameters;
}

}  // namespace

std::variant<Match, NoSuchPath, NoSuchMethod> find_route(std::span<const Route> table,
                                                         std::string_view method,
                                                         const std::vector<std::string>& segments) {
  std::string allowed;
  for (const Route& route : table) {
    auto parameters = match(route.pattern, segments);
    if (!parameters) continue;
    if (route.method == method || (method == "HEAD" && route.method == "GET"))
      return Match{&route, std::move(*parameters)};
    allowed.append(allowed.empty() ? "" : ", ").append(route.method == "GET" ? "GET, HEAD" : route.method);
  }
  if (allowed.empty()) return NoSuchPath{};
  return NoSuchMethod{std::move(allowed)};
}

}  // namespace slipway::server::http
