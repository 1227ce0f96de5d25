// When a node counts as healthy after a deployment: the "health_check" of an app or a node.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"

namespace slipway::server::config {

// At least one of `http`, `tcp` and `command` is given.
struct HealthCheck {
  std::optional<std::string> http;      // a URL
  std::optional<std::uint32_t> expect;  // the status that it is to answer with; absent: 200
  std::optional<std::string> tcp;       // "host:port"
  std::optional<std::string> command;
  base::Millis interval = std::chrono::seconds{1};
  base::Millis timeout = std::chrono::seconds{30};
  std::uint32_t healthy = 1;

  auto operator<=>(const HealthCheck&) const = default;
};

}  // namespace slipway::server::config
