#include "json/map.h"

#include "base/text.h"

namespace slipway::json {
namespace {

std::string_view kind_of(const value& found) {
  switch (found.kind()) {
    case boost::json::kind::null:
      return "null";
    case boost::json::kind::bool_:
      return "a truth value";
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
    case boost::json::kind::double_:
      return "a number";
    case boost::json::kind::string:
      return "a string";
    case boost::json::kind::array:
      return "a list";
    case boost::json::kind::object:
      return "an object";
  }
  return "something else";
}

}  // namespace

base::Result<value> parse(std::string_view text) {
  boost::system::error_code error;
  boost::json::parse_options options;
  options.max_depth = 32;
  value result = boost::json::parse(text, error, {}, options);
  if (error) return base::fail(base::ErrorCode::invalid, "this is not JSON: {}", error.message());
  return result;
}

base::Result<object> parse_object(std::string_view text) {
  auto parsed = parse(text);
  if (!parsed) return std::unexpected(parsed.error());
  if (!parsed->is_object()) return std::unexpected(detail::expected("an object", *parsed));
  return std::move(parsed->get_object());
}

namespace detail {

base::Error expected(std::string_view what, const value& found) {
  std::string shown{kind_of(found)};
  if (found.is_string())
    shown = fmt::format("\"{}\"", base::printable(base::shorten(found.get_string(), 60)));
  return {base::ErrorCode::invalid, fmt::format("expected {}, found {}", what, shown)};
}

base::Error inside(std::string_view member, base::Error error) {
  return {error.code, fmt::format("{}: {}", member, error.message)};
}

base::Error missing(std::string_view member) {
  return {base::ErrorCode::invalid, fmt::format("\"{}\" is missing", member)};
}

base::Error unknown(std::string_view member, const std::vector<std::string>& known) {
  const std::string meant = base::nearest(member, known);
  const std::string hint =
      meant.empty() ? "known are: " + base::join(known, ", ") : fmt::format("did you mean \"{}\"?", meant);
  return {base::ErrorCode::invalid, fmt::format("unknown member \"{}\"; {}", base::printable(member), hint)};
}

}  // namespace detail
}  // namespace slipway::json
