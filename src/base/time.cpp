#include "base/time.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <optional>

namespace slipway::base {
namespace {

constexpr std::string_view decimal_digits = "0123456789";

// Reads exactly `digits` decimal digits from the front of `text`.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  const std::string_view front = text.substr(0, digits);
  if (front.size() < digits || front.find_first_not_of(decimal_digits) != std::string_view::npos)
    return std::nullopt;
  int value = 0;
  std::from_chars(front.data(), front.data() + digits, value);
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

// The decimals after the point, of which there is at least one.
std::optional<int> take_fraction_ms(std::string_view& text) {
  const std::size_t length = std::min(text.find_first_not_of(decimal_digits), text.size());
  if (length == 0) return std::nullopt;
  int milliseconds = 0;
  int scale = 100;
  for (const char digit : text.substr(0, length)) {
    milliseconds += (digit - '0') * scale;
    scale /= 10;
  }
  text.remove_prefix(length);
  return milliseconds;
}

std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
  if (take(text, 'Z') || take(text, 'z')) return std::chrono::minutes{0};
  const bool negative = !text.empty() && text.front() == '-';
  if (!take(text, negative ? '-' : '+')) return std::nullopt;
  const auto hours = take_digits(text, 2);
  if (!hours || !take(text, ':')) return std::nullopt;
  const auto minutes = take_digits(text, 2);
  if (!minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  const std::chrono::minutes offset{*hours * 60 + *minutes};
  return negative ? -offset : offset;
}

std::optional<Time> read_rfc3339(std::string_view text) {
  using namespace std::chrono;  // the calendar types below
  const auto y = take_digits(text, 4);
  if (!y || !take(text, '-')) return std::nullopt;
  const auto m = take_digits(text, 2);
  if (!m || !take(text, '-')) return std::nullopt;
  const auto d = take_digits(text, 2);
  if (!d || !(take(text, 'T') || take(text, 't') || take(text, ' '))) return std::nullopt;
  const auto hour = take_digits(text, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || !take(text, ':')) return std::nullopt;
  const auto second = take_digits(text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const auto ms = take(text, '.') ? take_fraction_ms(text) : std::optional(0);
  const auto offset = take_offset(text);
  const year_month_day date{year{*y}, month{static_cast<unsigned>(*m)}, day{static_cast<unsigned>(*d)}};
  if (!ms || !offset || !text.empty() || !date.ok()) return std::nullopt;
  return sys_days{date} + hours{*hour} + minutes{*minute} + seconds{*second} + milliseconds{*ms} - *offset;
}

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};
// Longest first, as they are printed; "ms" before "m" when they are read.
constexpr std::array<Unit, 5> units{
    {{"ms", 1}, {"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}}};

std::optional<std::int64_t> take_unit(std::string_view& text) {
  for (const Unit& unit : units) {
    if (!text.starts_with(unit.name)) continue;
    text.remove_prefix(unit.name.size());
    return unit.milliseconds;
  }
  return std::nullopt;
}

}  // namespace

Time now() {
  return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
}

std::int64_t to_unix_ms(Time time) {
  return time.time_since_epoch().count();
}

Time from_unix_ms(std::int64_t milliseconds) {
  return Time{Millis{milliseconds}};
}

std::string to_rfc3339(Time time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  // Not system_clock::to_time_t: it counts nanoseconds, which end in the year 2262; a commit's time need not.
  const std::time_t since_epoch = seconds.time_since_epoch().count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(since_epoch), (time - seconds).count());
}

Result<Time> parse_rfc3339(std::string_view text) {
  if (const auto time = read_rfc3339(text)) return *time;
  return fail(ErrorCode::invalid, "'{}' is not a time like 2026-01-31T08:00:00Z", text);
}

Result<Millis> parse_duration(std::string_view text) {
  const auto bad = [whole = text] {
    return fail(ErrorCode::invalid, "'{}' is not a duration like \"30s\", \"10m\" or \"1h30m\"", whole);
  };
  if (text.empty()) return bad();
  std::int64_t total = 0;
  constexpr std::int64_t year_ms = 366LL * 86'400'000;
  while (!text.empty()) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return bad();
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const bool plain_seconds = text.empty() && total == 0;
    const auto unit = plain_seconds ? std::optional<std::int64_t>{1000} : take_unit(text);
    if (!unit) return bad();
    total += number * *unit;
    if (total > year_ms)
      return fail(ErrorCode::invalid, "a duration of more than a year is not meant seriously");
  }
  return Millis{total};
}

std::string format_duration(Millis duration) {
  std::int64_t rest = duration.count();
  if (rest == 0) return "0s";
  std::string text;
  for (const std::size_t index : {1U, 2U, 3U, 4U, 0U}) {
    const std::int64_t count = rest / units[index].milliseconds;
    rest %= units[index].milliseconds;
    if (count > 0) text += fmt::format("{}{}", count, units[index].name);
  }
  return text;
}

}  // namespace slipway::base
