#include "base/size.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <span>

#include "base/text.h"

namespace slipway::base {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t bytes;
};

constexpr std::uint64_t kibi = 1024;
constexpr std::uint64_t kilo = 1000;
// The binary ones first, the largest first: so they are printed.
constexpr std::array<Unit, 9> units{{{"TiB", kibi* kibi* kibi* kibi},
                                     {"GiB", kibi* kibi* kibi},
                                     {"MiB", kibi* kibi},
                                     {"KiB", kibi},
                                     {"B", 1},
                                     {"TB", kilo* kilo* kilo* kilo},
                                     {"GB", kilo* kilo* kilo},
                                     {"MB", kilo* kilo},
                                     {"KB", kilo}}};
constexpr std::size_t binary_units = 5;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::optional<std::uint64_t> unit_of(std::string_view name) {
  if (name.empty()) return 1;
  for (const Unit& unit : units) {
    if (std::ranges::equal(unit.name, name, {}, lower, lower)) return unit.bytes;
  }
  return std::nullopt;
}

}  // namespace

Result<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  const auto unit = unit_of(trim(std::string_view(end, last)));
  const bool fits = error != std::errc::result_out_of_range &&
                    (!unit || number <= std::numeric_limits<std::int64_t>::max() / *unit);
  if (!fits) return fail(ErrorCode::invalid, "'{}' is more than any disk holds", printable(text));
  if (error != std::errc{} || !unit)
    return fail(ErrorCode::invalid, "'{}' is not a size like \"500MiB\", \"2GiB\" or \"10GB\"",
                printable(text));
  return number * *unit;
}

std::string format_size(std::uint64_t bytes) {
  const auto binary = std::span(units).first(binary_units);
  const auto fits = [bytes](const Unit& unit) { return bytes > 0 && bytes % unit.bytes == 0; };
  const auto unit = std::ranges::find_if(binary, fits);
  return unit == binary.end() ? "0B" : fmt::format("{}{}", bytes / unit->bytes, unit->name);
}

}  // namespace slipway::base
