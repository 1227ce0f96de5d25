#include "server/http/range.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/text.h"
#include "server/http/headers.h"

namespace slipway::server::http {
namespace {

// A number that is too large is as good as the largest: nothing lies there.
std::optional<std::uint64_t> parse_position(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  std::uint64_t position = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), position);
  return error == std::errc{} ? position : std::numeric_limits<std::uint64_t>::max();
}

// "first-last" or "-suffix length"; the value is what stands behind "bytes=".
std::variant<WholeBody, ByteRange, NoSuchRange> parse_spec(std::string_view spec, std::uint64_t size) {
  const std::size_t dash = spec.find('-');
  if (dash == std::string_view::npos) return WholeBody{};
  const auto last = parse_position(spec.substr(dash + 1));
  if (dash == 0) {
    if (!last) return WholeBody{};
    if (*last == 0 || size == 0) return NoSuchRange{};
    const std::uint64_t length = std::min(*last, size);
    return ByteRange{size - length, length};
  }
  const auto first = parse_position(spec.substr(0, dash));
  const bool open = dash + 1 == spec.size();
  if (!first || (!last && !open) || (last && *last < *first)) return WholeBody{};
  if (*first >= size) return NoSuchRange{};
  const std::uint64_t end = open ? size : std::min(size - 1, *last) + 1;
  return ByteRange{*first, end - *first};
}

}  // namespace

std::variant<WholeBody, ByteRange, NoSuchRange> parse_range(std::optional<std::string_view> header,
                                                            std::uint64_t size) {
  if (!header) return WholeBody{};
  const std::size_t equals = header->find('=');
  if (equals == std::string_view::npos) return WholeBody{};
  if (!equal_ignoring_case(base::trim(header->substr(0, equals)), "bytes")) return WholeBody{};
  const std::string_view spec = base::trim(header->substr(equals + 1));
  if (spec.find(',') != std::string_view::npos) return WholeBody{};
  return parse_spec(spec, size);
}

}  // namespace slipway::server::http
