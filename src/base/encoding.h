// Bytes as text, as HTTP and URLs want it. Pure.
#pragma once

#include <string>
#include <string_view>

namespace slipway::base {

// RFC 4648, section 4, with padding.
std::string base64(std::string_view bytes);

// "%40" becomes "@"; a '%' that begins nothing stays.
std::string unescaped(std::string_view text);

}  // namespace slipway::base
