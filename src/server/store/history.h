// Keeps the past within what the configuration allows: looks at the start, every hour and when it is told to,
// and removes in steps between which the database thread does everything else that waits.
//
// One thread: the event loop's.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <optional>
#include <vector>

#include "async/event.h"
#include "async/task_group.h"
#include "base/log.h"
#include "server/config/history.h"
#include "server/store/database.h"
#include "server/store/event_log.h"
#include "server/store/retention.h"

namespace slipway::server::store {

class History {
 public:
  // `limits` is asked whenever they are needed.
  History(asio::any_io_executor executor, Database& database, EventLog& events,
          std::function<config::History()> limits, base::Logger log);

  // Before anybody follows the events.
  asio::awaitable<void> open();
  void start() { tasks_.spawn(look_regularly()); }
  asio::awaitable<void> stop() { return tasks_.stop(); }

  // Other limits are in force.
  void look_now() { wake_.notify(); }

 private:
  struct Done {
    int deployments = 0;
    int outputs = 0;
  };

  asio::awaitable<void> look_regularly();
  asio::awaitable<void> look();
  asio::awaitable<Done> remove(std::vector<Past> past, std::optional<base::Time> now);
  asio::awaitable<void> remove_one(Removal removal);
  // Calls the step on the database thread until it says that nothing was left to do.
  template <class Step>
  asio::awaitable<void> repeat(Step step);
  void tell(const Done& done, std::uint64_t used);

  Database& database_;
  EventLog& events_;
  std::function<config::History()> limits_;
  base::Logger log_;
  std::optional<ClockCheck> clock_;
  bool warned_ = false;
  async::Event wake_;
  async::TaskGroup tasks_;
};

}  // namespace slipway::server::store
