// Everything that changes goes through the journal: it is written to the database in one transaction with the
// events that tell of it, then published. Many changes at once become one transaction.
//
// One thread: the event loop's. Memory is bounded by those who produce: an agent sends no more output before
// what it sent is acknowledged, and that happens after the commit.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "async/event.h"
#include "async/task_group.h"
#include "base/error.h"
#include "base/log.h"
#include "server/store/database.h"
#include "server/store/event_log.h"
#include "server/store/model.h"

namespace slipway::server::store {

class Journal {
 public:
  // `failed` is called when the database cannot be written: the server must not go on as if it had been.
  Journal(asio::any_io_executor executor, Database& database, EventLog& events, base::Logger log,
          std::function<void(base::Error)> failed);

  void start();
  // Writes what is waiting, then ends.
  asio::awaitable<void> stop();

  // What was last deployed where; follows from what the journal is told.
  Ledger& ledger() { return ledger_; }

  // An unfinished deployment of before a restart; nothing about it has changed.
  void taken_up(const Deployment& deployment);
  void created(const Deployment& deployment);
  void changed(const Deployment& deployment);
  // The node's row, and an event if `tell`.
  void changed(const Deployment& deployment, const DeploymentNode& node, bool tell);
  // The node has got another order in the place of `old_order`.
  void replaced(const Deployment& deployment, const DeploymentNode& node, const std::string& old_order);
  // Output of a node's step, at the offset that node.output_bytes was before it.
  void output(const Deployment& deployment, const DeploymentNode& node, std::string_view step,
              std::string_view stream, std::uint64_t offset, std::string_view bytes);
  // A fleet event; `data` is a NodeEvent.
  void node(std::string data);
  // None: the app is not frozen any more.
  void frozen(const std::string& app, const std::optional<Freeze>& freeze);

  // The configuration is another one; in sentences.
  void config_changed(const std::vector<std::string>& changes);

  // The next commit is to survive a power loss.
  void make_durable() { batch_.durable = true; }

  // Called on the loop's thread when everything up to now is committed.
  void when_committed(std::function<void()> then);
  asio::awaitable<void> committed();

 private:
  void add_event(std::optional<std::int64_t> deployment, std::string type, std::string data);
  void flush_output();
  asio::awaitable<void> write_loop();

  // Output of one order, not yet an event: neighbours of the same step and stream are told as one.
  struct PendingOutput {
    std::int64_t deployment = 0;
    std::string order_id;
    std::string alias;
    std::string step;
    std::string stream;
    std::uint64_t offset = 0;
    std::string bytes;
  };

  asio::any_io_executor executor_;
  Database& database_;
  EventLog& events_;
  base::Logger log_;
  std::function<void(base::Error)> failed_;
  std::int64_t next_event_;
  Ledger ledger_;
  Batch batch_;
  std::map<std::string, std::size_t> node_rows_;  // order id -> index into batch_.nodes
  PendingOutput pending_;
  std::vector<std::function<void()>> then_;
  bool stopping_ = false;
  async::Event wake_;
  async::TaskGroup tasks_;
};

// The parts of docs/openapi.yaml that are made of the model.
boost::json::value to_json(const std::optional<Freeze>& freeze);
boost::json::object to_json(const DeploymentNode& node);
boost::json::object summary_json(const Deployment& deployment);
boost::json::object to_json(const Deployment& deployment);

}  // namespace slipway::server::store
