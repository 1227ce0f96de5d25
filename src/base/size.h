// Amounts of bytes as people write them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace slipway::base {

// "2GiB", "500MB", "64 KiB" or a plain number of bytes; upper and lower case alike. KiB, MiB, GiB and TiB
// count in 1024, KB, MB, GB and TB in 1000.
Result<std::uint64_t> parse_size(std::string_view text);

// The shortest form with a binary unit that parse_size reads back: "2GiB", "1536MiB", "1000B".
std::string format_size(std::uint64_t bytes);

}  // namespace slipway::base
