// The header fields of a node's output.
#pragma once

#include <cstdint>
#include <string>

#include "server/http/headers.h"
#include "server/http/range.h"

namespace slipway::server::http {

// Bytes that a hook wrote are nothing that a browser should take for a page or a script.
Headers output_headers(std::int64_t deployment, const std::string& alias);

// "bytes 0-99/1234"
std::string content_range(const ByteRange& range, std::uint64_t size);

}  // namespace slipway::server::http
