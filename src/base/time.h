// Points in time as the project stores and prints them: UTC, milliseconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace slipway::base {

using Millis = std::chrono::milliseconds;
using Time = std::chrono::sys_time<Millis>;

// For how long something has lasted: the wall clock jumps, this one does not. Of one process only, so never
// stored.
using SteadyTime = std::chrono::steady_clock::time_point;

Time now();

std::int64_t to_unix_ms(Time time);
Time from_unix_ms(std::int64_t milliseconds);

// RFC 3339 in UTC, always with three decimals: 2026-11-23T08:00:00.000Z.
std::string to_rfc3339(Time time);

// RFC 3339 with any number of decimals and any offset. What is finer than a millisecond is cut off.
Result<Time> parse_rfc3339(std::string_view text);

// "10m", "1h30m", "45s", "500ms" or a plain number of seconds ("90"); never negative.
Result<Millis> parse_duration(std::string_view text);

// The shortest form that parse_duration reads back: "10m", "1h30m", "500ms".
std::string format_duration(Millis duration);

}  // namespace slipway::base
