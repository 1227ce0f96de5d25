// Notices what another process (a command on the server's host) writes to the database, within a second.
//
// One thread: the event loop's.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <vector>

#include "async/task_group.h"
#include "base/log.h"
#include "server/store/database.h"

namespace slipway::server::store {

class Watcher {
 public:
  using Callback = std::function<asio::awaitable<void>()>;

  Watcher(const asio::any_io_executor& executor, Database& database, base::Logger log)
      : database_(database), log_(std::move(log)), tasks_(executor) {}

  // Before start(). The callbacks are called one after the other, in this order.
  void on_change(Callback changed) { callbacks_.push_back(std::move(changed)); }

  void start() { tasks_.spawn(look_every_second()); }
  asio::awaitable<void> stop() { return tasks_.stop(); }

 private:
  asio::awaitable<void> look_every_second();
  asio::awaitable<void> look();

  Database& database_;
  base::Logger log_;
  std::vector<Callback> callbacks_;
  async::TaskGroup tasks_;  // last: it goes first
};

}  // namespace slipway::server::store
