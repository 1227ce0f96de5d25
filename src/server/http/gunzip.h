// For the rare client that does not take gzip.
#pragma once

#include <string>
#include <string_view>

namespace slipway::server::http {

// The content of a file that the build compressed; broken data is a bug and throws.
std::string gunzip(std::string_view compressed);

}  // namespace slipway::server::http
