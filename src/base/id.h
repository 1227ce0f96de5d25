// Ids that are made without asking anyone: 26 characters of lower-case Crockford base32, 48 bits of
// milliseconds and 80 random bits (the layout of ULID), so that they sort by the time they were made.
#pragma once

#include <string>
#include <string_view>

namespace slipway::base {

// Thread-safe. The random bits come from the operating system.
std::string make_id();

// True for what make_id could have made. Such an id is safe as the name of a file.
bool is_id(std::string_view text);

}  // namespace slipway::base
