// Where something listens: "host:port", "[::1]:port" or ":port".
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace slipway::base {

// An empty host means every address, or every loopback address where what is said there is not encrypted.
// Port 0 lets the system choose where one listens; it cannot be dialled.
struct Address {
  std::string host;  // lower case; an IPv6 address without its brackets
  std::uint16_t port = 0;

  std::string text() const;  // as parse_address reads it, normalised
  // True for 127.0.0.0/8, ::1, "localhost" and the empty host.
  bool is_loopback() const;
  auto operator<=>(const Address&) const = default;
};

// The error is a sentence that names the text and what was expected.
Result<Address> parse_address(std::string_view text);

}  // namespace slipway::base
