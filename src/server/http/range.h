// The header "Range: bytes=…" (RFC 9110, 14).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace slipway::server::http {

struct WholeBody {};  // no range, or one that is to be ignored: another unit, several ranges, not well-formed
struct ByteRange {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  // at least 1
};
struct NoSuchRange {};  // well-formed, but nothing of it exists

std::variant<WholeBody, ByteRange, NoSuchRange> parse_range(std::optional<std::string_view> header,
                                                            std::uint64_t size);

}  // namespace slipway::server::http
