// What the clock on the wall shows in a named time zone, read from the system's zone files (RFC 8536).
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"

namespace slipway::base {

struct WallClock {
  int weekday = 0;  // 0: Monday
  int minute = 0;   // since midnight
};

// `zone` such as "Europe/Berlin" or "UTC"; empty: the zone of this host.
Result<WallClock> wall_clock(Time time, const std::string& zone);

// Seconds east of UTC at `unix_seconds`, by the content of a zone file. Pure.
Result<std::int64_t> utc_offset(std::string_view zone_file, std::int64_t unix_seconds);

}  // namespace slipway::base
