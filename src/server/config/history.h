// How much of the past the server keeps: the "history" of server.json.
#pragma once

#include <chrono>
#include <cstdint>

namespace slipway::server::config {

struct History {
  std::chrono::days days{90};
  std::uint64_t max_bytes = std::uint64_t{2} << 30U;  // database and output together

  bool operator==(const History&) const = default;
};

}  // namespace slipway::server::config
