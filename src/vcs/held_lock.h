// A lock file that is held by a process and dies with it. Nobody removes the file: the lock is what counts.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "base/unique_fd.h"
#include "process/process.h"
#include "vcs/types.h"

namespace slipway::vcs {

namespace asio = boost::asio;

struct LockWish {
  fs::path file;
  std::string busy;  // the sentence for when nobody lets go of it in time
  base::Millis patience = std::chrono::minutes{10};
  process::StopRequest* stop = nullptr;
};

// Waits until it is free; the lock is held as long as the descriptor is open.
asio::awaitable<base::Result<base::UniqueFd>> hold_lock(LockWish wish);

}  // namespace slipway::vcs
