// When orders may come: "mon-fri 09:00-17:30 Europe/Berlin".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time_zone.h"

namespace slipway::agent::policy {

struct Hours {
  std::string text;       // as it was written
  std::uint8_t days = 0;  // bit 0: Monday
  int from = 0;           // minutes since midnight
  int to = 0;             // not before `from`, or it is on the next day
  std::string zone;       // empty: the zone of this host

  bool contain(base::WallClock clock) const;
};

base::Result<Hours> parse_hours(std::string_view text);

}  // namespace slipway::agent::policy
