#include "agent/policy/hours.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <ranges>

#include "base/text.h"

namespace slipway::agent::policy {
namespace {

constexpr auto day_names = std::to_array<std::string_view>({"mon", "tue", "wed", "thu", "fri", "sat", "sun"});
constexpr std::uint8_t every_day = 0x7f;
constexpr int minutes_a_day = 24 * 60;

// At least one part, which may be empty.
std::vector<std::string> split(std::string_view text, char at) {
  std::vector<std::string> parts;
  if (text.empty()) parts.emplace_back();
  for (const auto part : text | std::views::split(at)) parts.emplace_back(part.begin(), part.end());
  return parts;
}

std::optional<unsigned> day_of(std::string_view name) {
  std::string lower{name};
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  const auto found = std::ranges::find(day_names, lower);
  return found == day_names.end() ? std::nullopt : std::optional(unsigned(found - day_names.begin()));
}

std::optional<std::uint8_t> days_of(std::string_view text) {
  if (text == "daily") return every_day;
  std::uint8_t days = 0;
  for (const std::string& part : split(text, ',')) {
    const auto ends = split(part, '-');
    const auto first = day_of(ends.front());
    const auto last = day_of(ends.back());
    if (!first || !last || ends.size() > 2) return std::nullopt;
    for (unsigned day = *first;; day = (day + 1) % 7) {
      days |= static_cast<std::uint8_t>(1U << day);
      if (day == *last) break;
    }
  }
  return days;
}

std::optional<int> number(std::string_view digits) {
  int value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool whole = error == std::errc{} && end == digits.data() + digits.size();
  return whole && digits.size() == 2 && value >= 0 ? std::optional(value) : std::nullopt;
}

// "09:30"; "24:00" is the end of a day.
std::optional<int> minute_of(std::string_view text) {
  const auto parts = split(text, ':');
  if (parts.size() != 2) return std::nullopt;
  const auto hour = number(parts[0]);
  const auto minute = number(parts[1]);
  if (!hour || !minute || *minute > 59) return std::nullopt;
  const int total = *hour * 60 + *minute;
  return total <= minutes_a_day ? std::optional(total) : std::nullopt;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words = split(text, ' ');
  std::erase(words, "");
  return words;
}

}  // namespace

bool Hours::contain(base::WallClock clock) const {
  const auto has = [this](int day) { return (days >> static_cast<unsigned>((day + 7) % 7) & 1U) != 0; };
  if (from < to) return has(clock.weekday) && clock.minute >= from && clock.minute < to;
  // Over midnight: the hours belong to the day on which they begin.
  return (has(clock.weekday) && clock.minute >= from) || (has(clock.weekday - 1) && clock.minute < to);
}

base::Result<Hours> parse_hours(std::string_view text) {
  const auto wrong = base::fail(base::ErrorCode::invalid,
                                "\"{}\" are no hours; expected such as \"mon-fri 09:00-17:30\", \"sat,sun "
                                "10:00-12:00 Europe/Berlin\" or "
                                "\"daily 22:00-04:00 UTC\"",
                                base::printable(base::shorten(text, 80)));
  const auto words = words_of(text);
  if (words.size() < 2 || words.size() > 3) return wrong;
  const auto days = days_of(words[0]);
  const auto times = split(words[1], '-');
  if (!days || times.size() != 2) return wrong;
  const auto from = minute_of(times[0]);
  const auto to = minute_of(times[1]);
  if (!from || !to || *from == minutes_a_day || *from == *to) return wrong;
  return Hours{std::string(text), *days, *from, *to, words.size() == 3 ? words[2] : ""};
}

}  // namespace slipway::agent::policy
