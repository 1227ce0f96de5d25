#include "server/http/parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace slipway::server::http {
namespace {

constexpr int default_limit = 20;
constexpr std::int64_t max_limit = 200;
constexpr std::size_t max_revision_characters = 200;

std::string shown(std::string_view text) {
  return base::printable(base::shorten(text, 100));
}

}  // namespace

std::unexpected<Problem> problem(ProblemCode code, std::string detail) {
  return std::unexpected(Problem{code, std::move(detail)});
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  return number;
}

Checked<std::optional<std::int64_t>> number_of(const Request& request, const std::string& name,
                                               std::int64_t minimum) {
  const auto text = request.query(name);
  if (!text) return std::nullopt;
  const auto number = parse_number(*text);
  if (number && *number >= minimum) return number;
  return problem(
      ProblemCode::bad_request,
      fmt::format("\"{}\" is \"{}\"; expected a whole number, at least {}", name, shown(*text), minimum));
}

Checked<int> limit_of(const Request& request) {
  const auto limit = number_of(request, "limit", 1);
  if (!limit) return std::unexpected(limit.error());
  if (limit->value_or(default_limit) <= max_limit) return static_cast<int>(limit->value_or(default_limit));
  return problem(ProblemCode::bad_request,
                 fmt::format("\"limit\" is {}; expected at most {}; older ones are asked for with \"before\"",
                             **limit, max_limit));
}

Checked<std::int64_t> deployment_id_of(const Request& request) {
  const std::string& text = request.parameter("id");
  const auto id = parse_number(text);
  if (id && *id >= 1) return *id;
  return problem(ProblemCode::not_found,
                 fmt::format("there is no deployment \"{}\"; deployments have numbers, from 1", shown(text)));
}

Checked<std::optional<std::string>> before_revision_of(const Request& request) {
  auto text = request.query("before");
  if (!text) return std::nullopt;
  const std::size_t length = character_count(*text);
  if (length == 0 || length > max_revision_characters || text->starts_with('-')) {
    return problem(ProblemCode::bad_request,
                   fmt::format("\"before\" is \"{}\"; expected a revision of the history", shown(*text)));
  }
  return text;
}

Checked<config::AppPtr> find_app(const config::Current& config, const std::string& name) {
  if (auto app = config.find_app(name)) return app;
  std::vector<std::string> known;
  for (const config::App& app : config.get()->apps) known.push_back(app.name);
  const std::string meant = base::nearest(name, known);
  const std::string hint = meant.empty() ? "" : fmt::format("; did you mean \"{}\"?", meant);
  return problem(ProblemCode::not_found, fmt::format("there is no app \"{}\"{}", shown(name), hint));
}

Checked<std::optional<std::int64_t>> last_event_id_of(const Request& request) {
  const auto header = request.headers.find("Last-Event-ID");
  if (!header) return number_of(request, "last_event_id", 0);
  const auto id = parse_number(base::trim(*header));
  if (id) return id;
  return problem(ProblemCode::bad_request,
                 fmt::format("Last-Event-ID is \"{}\"; expected the number of an event", shown(*header)));
}

std::size_t character_count(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

}  // namespace slipway::server::http
