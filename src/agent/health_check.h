// The step `health_check`: asks again and again, until the app is healthy or the time is over.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"
#include "process/process.h"
#include "wire/message.h"

namespace slipway::agent {

namespace asio = boost::asio;

struct HealthIo {
  process::Sink output;                        // what the command prints
  std::function<void(std::string_view)> note;  // each change of what is seen
  process::StopRequest* stop = nullptr;        // ends the check at once
  process::Command command;                    // what HealthCheck::command becomes
};

struct Health {
  enum class End { healthy, unhealthy, stopped };

  End end = End::healthy;
  std::string reason;            // unhealthy: what was seen last, and how long it was waited for
  std::optional<int> exit_code;  // of the command, where that was seen last
};

// Refuses what cannot come true. Also what makes no sense in a server's configuration: an agent does not
// trust it.
base::Result<> validate_health_check(const wire::HealthCheck& check);

// A round asks everything that is given, one after the other, until one fails. Rounds begin `interval` apart,
// or one at once after a longer one.
asio::awaitable<Health> wait_until_healthy(wire::HealthCheck check, HealthIo io);

}  // namespace slipway::agent
