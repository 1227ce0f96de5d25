// What the agent keeps in its data directory beyond what it needs: orders that their servers have stored, and
// cached repositories. Looked through at the start and every hour, one removal at a time.
//
// Never touched: an order whose result its server has not stored, or whose runner lives; and patches/, which
// is what people wrote.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <filesystem>

#include "agent/old_orders.h"
#include "base/log.h"

namespace slipway::agent {

namespace asio = boost::asio;

// Removes repositories that were not used for so long. For the caches of another user ("run_as"), who can
// write there, called by a process that is that user.
asio::awaitable<void> remove_unused_caches(std::filesystem::path cache, base::Millis keep, base::Logger log);

class Housekeeping {
 public:
  Housekeeping(std::filesystem::path data, Keep keep, base::Logger log)
      : data_(std::move(data)), keep_(keep), log_(std::move(log)) {}

  // Until it is cancelled.
  asio::awaitable<void> run();

 private:
  asio::awaitable<void> remove_orders();

  std::filesystem::path data_;
  Keep keep_;
  base::Logger log_;
};

}  // namespace slipway::agent
