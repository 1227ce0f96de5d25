// The three kinds of question that a health check asks. Each takes the time that is left for all of them.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>

#include "agent/health_check.h"

namespace slipway::agent {

// What one question, or one round of them, has found.
struct Seen {
  bool good = true;
  std::string text;
  std::optional<int> exit_code;
  bool cut_short = false;  // by the end of all time, not by its own limit
  bool hopeless = false;   // asking again would not help
};

asio::awaitable<Seen> ask_http(const wire::HealthCheck& check, base::Millis left, process::StopRequest& stop);
asio::awaitable<Seen> ask_tcp(const wire::HealthCheck& check, base::Millis left, process::StopRequest& stop);
asio::awaitable<Seen> ask_command(const wire::HealthCheck& check, base::Millis left, const HealthIo& io);

}  // namespace slipway::agent
