#include "base/time_zone.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <optional>

#include "base/file.h"

namespace slipway::base {
namespace {

using Seconds = std::int64_t;

constexpr Seconds day = 24 * 60 * 60;
constexpr std::size_t header_size = 44;

std::int64_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t number = 0;
  for (const char byte : bytes.substr(at, size)) number = number << 8U | static_cast<unsigned char>(byte);
  return size == 4 ? static_cast<std::int32_t>(number) : static_cast<std::int64_t>(number);
}

// The counts of a header, and what they say about the size of the block behind it.
struct Block {
  std::size_t leaps, transitions, types, letters, indicators;

  static Block of(std::string_view header) {
    const auto count = [&](std::size_t at) { return static_cast<std::size_t>(number_at(header, at, 4)); };
    return {count(28), count(32), count(36), count(40), count(20) + count(24)};
  }
  std::size_t size(std::size_t time_size) const {
    return transitions * (time_size + 1) + types * 6 + letters + leaps * (time_size + 4) + indicators;
  }
};

// The rule for all times behind the last transition: "CET-1CEST,M3.5.0,M10.5.0/3" (POSIX TZ).
class Footer {
 public:
  explicit Footer(std::string_view text) : rest_(text) {}

  std::optional<Seconds> offset_at(Seconds time) {
    if (!skip_name()) return std::nullopt;
    const auto standard = take_time();
    if (!standard) return std::nullopt;
    if (rest_.empty()) return -*standard;
    if (!skip_name()) return std::nullopt;
    auto summer = rest_.starts_with(',') ? std::optional(*standard - 3600) : take_time();
    if (!summer) return std::nullopt;
    const auto year =
        std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(
                                        std::chrono::sys_seconds(std::chrono::seconds(time - *standard))))
            .year();
    const auto begin = take_change(year);
    const auto end = take_change(year);
    if (!begin || !end) return std::nullopt;
    const Seconds from = *begin + *standard;
    const Seconds to = *end + *summer;
    const bool is_summer = from < to ? time >= from && time < to : time >= from || time < to;
    return is_summer ? -*summer : -*standard;
  }

 private:
  bool take(char wanted) {
    if (!rest_.starts_with(wanted)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool skip_name() {
    if (take('<')) {
      const std::size_t end = rest_.find('>');
      if (end == std::string_view::npos) return false;
      rest_.remove_prefix(end + 1);
      return true;
    }
    const auto end = std::ranges::find_if_not(rest_, [](unsigned char c) { return std::isalpha(c) != 0; });
    const auto length = static_cast<std::size_t>(end - rest_.begin());
    rest_.remove_prefix(length);
    return length >= 3;
  }

  std::optional<Seconds> take_number() {
    Seconds number = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
    if (error != std::errc{} || number < 0 || number > 400) return std::nullopt;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return number;
  }

  // [+-]hh[:mm[:ss]]
  std::optional<Seconds> take_time() {
    const bool negative = take('-');
    if (!negative) (void)take('+');
    auto hours = take_number();
    if (!hours) return std::nullopt;
    Seconds seconds = *hours * 3600;
    for (const Seconds unit : {Seconds{60}, Seconds{1}}) {
      if (!take(':')) break;
      const auto part = take_number();
      if (!part) return std::nullopt;
      seconds += *part * unit;
    }
    return negative ? -seconds : seconds;
  }

  // When the clocks change in a year, by the clock on the wall, as if that were UTC.
  std::optional<Seconds> take_change(std::chrono::year year) {
    if (!take(',')) return std::nullopt;
    auto midnight = take('M') ? take_weekday(year) : take_day_of_year(year);
    if (!midnight) return std::nullopt;
    if (!take('/')) return *midnight + 2 * 3600;
    const auto time = take_time();
    return time ? std::optional(*midnight + *time) : std::nullopt;
  }

  static Seconds seconds_of(std::chrono::sys_days date) { return date.time_since_epoch().count() * day; }

  // Mm.w.d: the w-th (5: the last) weekday d (0: Sunday) of month m.
  std::optional<Seconds> take_weekday(std::chrono::year year) {
    using namespace std::chrono;
    const auto month_number = take_number();
    const bool dot = take('.');
    const auto week = take_number();
    const bool second_dot = take('.');
    const auto weekday_number = take_number();
    if (!month_number || !week || !weekday_number || !dot || !second_dot) return std::nullopt;
    const month in{static_cast<unsigned>(*month_number)};
    const weekday on{static_cast<unsigned>(*weekday_number)};
    if (!in.ok() || !on.ok() || *week < 1 || *week > 5) return std::nullopt;
    if (*week == 5) return seconds_of(sys_days(year / in / on[last]));
    return seconds_of(sys_days(year / in / on[static_cast<unsigned>(*week)]));
  }

  // Jn (1 to 365, never February 29) or n (0 to 365).
  std::optional<Seconds> take_day_of_year(std::chrono::year year) {
    using namespace std::chrono;
    const bool julian = take('J');
    const auto number = take_number();
    if (!number) return std::nullopt;
    const Seconds skipped = julian && year.is_leap() && *number > 59 ? 1 : 0;
    return seconds_of(sys_days(year / January / 1)) + (*number - (julian ? 1 : 0) + skipped) * day;
  }

  std::string_view rest_;
};

std::unexpected<Error> broken() {
  return fail(ErrorCode::invalid, "this is no file of a time zone");
}

Result<WallClock> clock_of(Seconds local) {
  const Seconds days = local >= 0 ? local / day : (local - day + 1) / day;
  // 1970-01-01 was a Thursday.
  const int weekday = static_cast<int>(((days + 3) % 7 + 7) % 7);
  return WallClock{weekday, static_cast<int>((local - days * day) / 60)};
}

bool is_zone_name(const std::string& name) {
  return !name.starts_with('/') && !name.contains("..") && std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view{"_+-/"}.contains(static_cast<char>(c));
  });
}

Result<WallClock> local_clock(Seconds time) {
  const std::time_t now = time;
  std::tm local{};
  if (::localtime_r(&now, &local) == nullptr) return broken();
  return WallClock{(local.tm_wday + 6) % 7, local.tm_hour * 60 + local.tm_min};
}

}  // namespace

Result<std::int64_t> utc_offset(std::string_view file, std::int64_t time) {
  constexpr std::size_t limit = 1 << 20;
  if (file.size() < header_size || file.size() > limit || !file.starts_with("TZif") || file[4] < '2')
    return broken();
  // The first block is for readers that know times of four bytes only.
  const std::size_t second = header_size + Block::of(file).size(4);
  if (second > limit || file.size() < second + header_size) return broken();
  file.remove_prefix(second);
  const Block block = Block::of(file);
  file.remove_prefix(header_size);
  if (block.size(8) > limit || file.size() < block.size(8) || block.types == 0) return broken();
  const auto offset_of_type = [&](std::size_t type) -> Result<std::int64_t> {
    if (type >= block.types) return broken();
    return number_at(file, block.transitions * 9 + type * 6, 4);
  };
  std::size_t passed = 0;
  while (passed < block.transitions && number_at(file, passed * 8, 8) <= time) ++passed;
  if (passed == block.transitions) {
    std::string_view rest = file.substr(block.size(8));
    if (rest.size() > 2 && rest.front() == '\n' && rest.back() == '\n') {
      if (const auto offset = Footer(rest.substr(1, rest.size() - 2)).offset_at(time)) return *offset;
    }
  }
  if (passed == 0) return offset_of_type(0);
  return offset_of_type(static_cast<unsigned char>(file[block.transitions * 8 + passed - 1]));
}

Result<WallClock> wall_clock(Time time, const std::string& zone) {
  const Seconds seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  if (zone.empty()) return local_clock(seconds);
  if (zone == "UTC") return clock_of(seconds);
  const auto unknown = fail(ErrorCode::not_found, "the time zone {} is not known on this host", zone);
  if (!is_zone_name(zone)) return unknown;
  const auto file = read_file(std::filesystem::path("/usr/share/zoneinfo") / zone);
  if (!file) return unknown;
  const auto offset = utc_offset(*file, seconds);
  if (!offset) return unknown;
  return clock_of(seconds + *offset);
}

}  // namespace slipway::base
