// Starting runners, and waiting for processes that may or may not be our children.
#pragma once

#include <sys/types.h>

#include <boost/asio/awaitable.hpp>
#include <filesystem>

#include "agent/order_dir.h"
#include "base/error.h"

namespace slipway::agent {

namespace asio = boost::asio;

// Starts `program run-order <dir>` in a session of its own, so that nothing that ends the agent ends it. Its
// standard error goes to the file that it will lock.
base::Result<pid_t> start_runner(const fs::path& program, const OrderDir& order);

// Returns when the process is gone, and reaps it if it is a child of ours. A pid of 0 or less is gone.
asio::awaitable<void> wait_until_gone(pid_t pid);

}  // namespace slipway::agent
