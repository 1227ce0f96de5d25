// The agent's orders: accepted durably, started once, adopted again after a restart, never without a result.
#pragma once

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/order_dir.h"
#include "agent/policy/judge.h"
#include "agent/spool_watch.h"
#include "async/event.h"
#include "async/task_group.h"
#include "base/error.h"
#include "base/log.h"
#include "vcs/types.h"
#include "wire/message.h"

namespace slipway::agent {

// An order whose result its server has not stored yet.
struct LiveOrder {
  LiveOrder(OrderDir directory, OrderRecord what, asio::any_io_executor executor)
      : dir(std::move(directory)), record(std::move(what)), changed(std::move(executor)) {}

  OrderDir dir;
  OrderRecord record;
  bool finished = false;     // the spool is complete
  bool runner_gone = false;  // the agent itself sees to what is left
  std::uint64_t acked = 0;   // what the server has stored
  pid_t child = 0;           // the runner, while it is a child of this agent
  async::Event changed;      // the spool grew, was acknowledged, or is finished

  wire::OrderState state() const { return finished ? wire::OrderState::finished : wire::OrderState::running; }
};

class Orders {
 public:
  // `program` is this executable, which is started again as the runner.
  Orders(asio::any_io_executor executor, fs::path data, fs::path program, base::Logger log);

  // Called when an order's runner is gone, and nobody works on its path any more.
  void on_ended(std::function<void(const wire::Order&)> ended) { ended_ = std::move(ended); }

  // Makes the directories and takes up what is on disk: running orders are adopted, accepted ones started,
  // those whose runner died get their result.
  base::Result<> open();

  // Writes the order to disk and starts it; one that is known is left as it is. An error is the reason of a
  // rejection.
  base::Result<wire::OrderStateMessage> accept(const std::string& server, const policy::Caller& caller,
                                               wire::Order order, std::optional<policy::Grant> grant);

  // Orders without a result, whoever gave them.
  std::size_t at_work() const;

  wire::OrderStateMessage state_of(const std::string& server, const std::string& id) const;
  std::vector<wire::OrderSummary> unfinished(const std::string& server) const;

  // The order, also when it is collected and still on disk; nothing when this server has no such order here.
  std::shared_ptr<LiveOrder> find(const std::string& server, const std::string& id) const;

  void cancel(const std::string& server, const std::string& id, const std::string& reason);
  // Lets an order that waits behind its fetch go on.
  void proceed(const std::string& server, const std::string& id);
  void acknowledge(const std::string& server, const std::string& id, std::uint64_t offset);

  // Leaves the runners at work.
  asio::awaitable<void> stop();

 private:
  std::shared_ptr<LiveOrder> find_live(const std::string& server, const std::string& id) const;
  void take_up(const fs::path& directory);
  void start(const std::shared_ptr<LiveOrder>& order);
  void watch(const std::shared_ptr<LiveOrder>& order);
  void collect_if_done(const std::shared_ptr<LiveOrder>& order);
  void make_room();
  asio::awaitable<void> follow_runner(std::shared_ptr<LiveOrder> order);
  asio::awaitable<base::UniqueFd> wait_for_lock(std::shared_ptr<LiveOrder> order);
  asio::awaitable<void> make_sure_of_result(std::shared_ptr<LiveOrder> order);
  asio::awaitable<base::Result<>> write_interrupted(std::shared_ptr<LiveOrder> order);
  asio::awaitable<base::Result<vcs::Status>> look_at(const OrderRecord& record) const;

  asio::any_io_executor executor_;
  fs::path data_;
  fs::path orders_;
  fs::path program_;
  base::Logger log_;
  std::function<void(const wire::Order&)> ended_ = [](const wire::Order&) {};
  SpoolWatch spool_watch_;
  std::map<std::string, std::shared_ptr<LiveOrder>> live_;
  async::TaskGroup tasks_;
};

}  // namespace slipway::agent
