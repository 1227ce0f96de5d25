// The rollout engine: from a request to the true end state of every node. It owns all deployments that are
// not at their end. Start with Engine.
//
// One thread: the event loop's. What it says happened is in the journal; what must not be lost is committed
// before it is acknowledged to an agent or answered to a person.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "async/task_group.h"
#include "base/error.h"
#include "base/log.h"
#include "server/config/current.h"
#include "server/fleet/fleet.h"
#include "server/rollout/refusal.h"
#include "server/store/database.h"
#include "server/store/journal.h"
#include "server/store/model.h"

namespace slipway::server::rollout {

namespace asio = boost::asio;

struct CommitPage {
  std::vector<wire::CommitInfo> commits;
  std::string node;  // that read them
  bool more = false;
};

struct DeploymentPage {
  std::vector<store::Deployment> deployments;  // newest first
  bool more = false;
};

// Where a deployment comes from.
struct Origin {
  std::string by;
  std::optional<std::int64_t> retry_of;
  bool known_revision = false;  // it was resolved before: nobody needs to be asked
};

class Engine : public fleet::OrderListener {
 public:
  Engine(asio::any_io_executor executor, const config::Current& config, fleet::Fleet& fleet,
         store::Database& database, store::Journal& journal, base::Logger log);
  ~Engine() override;

  // Takes up what was unfinished when the server last stopped. Before the fleet starts.
  asio::awaitable<void> open();
  asio::awaitable<void> stop();

  // Another configuration is in force. What has begun goes on as it was planned.
  void config_changed();

  // Resolves the target, stores the deployment, starts it or lets it wait for its turn. When this returns a
  // deployment, it is durable.
  asio::awaitable<Outcome<store::Deployment>> create(std::string app, Request request, Origin origin = {});
  // The nodes of an ended deployment that did not succeed, once more.
  asio::awaitable<Outcome<store::Deployment>> retry(std::int64_t id, std::string who);
  // Ends the pause before the next wave.
  asio::awaitable<Outcome<store::Deployment>> go_on(std::int64_t id);
  // `who` wants it, for the nodes' reason.
  asio::awaitable<Outcome<store::Deployment>> cancel(std::int64_t id, std::string who);

  // A frozen app takes no deployments; what runs goes on. `who` wants it.
  asio::awaitable<Outcome<void>> freeze(std::string app, std::string reason, std::string who);
  asio::awaitable<Outcome<void>> unfreeze(std::string app, std::string who);
  std::optional<store::Freeze> frozen(const std::string& app) const;

  // As it is now.
  asio::awaitable<Outcome<store::Deployment>> get(std::int64_t id);
  asio::awaitable<DeploymentPage> list(std::optional<std::vector<std::string>> apps, int limit,
                                       std::optional<std::int64_t> before);

  // The history of the app's branch, read by one of its nodes.
  asio::awaitable<Outcome<CommitPage>> commits(std::string app, int limit, std::optional<std::string> before);

  std::optional<std::int64_t> running_deployment(const std::string& app) const;
  std::optional<std::int64_t> last_deployment(const std::string& app) const;
  // What waits for the app's turn, in this order.
  std::vector<std::int64_t> queue(const std::string& app) const;

  // fleet::OrderListener
  void agent_connected(const std::string& addr) override;
  void agent_gone(const std::string& addr) override;
  void order_state(const std::string& addr, const wire::OrderStateMessage& state) override;
  base::Result<> spool(const std::string& addr, const wire::Spool& spool, std::string_view frames) override;
  std::set<std::string> needed_agents() const override;

 private:
  // An order that is not settled, by its id.
  struct ActiveOrder {
    store::Deployment* deployment = nullptr;
    store::DeploymentNode* node = nullptr;
    bool following = false;  // on the link that is there now
    std::uint64_t received = 0;
  };

  void enter(store::Deployment deployment);
  void take_up(store::Deployment deployment);
  void start(std::int64_t id);
  void advance(store::Deployment& deployment);
  void release(store::Deployment& deployment);
  void release(ActiveOrder& order);
  void stop_rest(store::Deployment& deployment, const std::string& reason);
  void undo(store::Deployment& deployment, const std::string& reason);
  void take_back(store::Deployment& deployment, store::DeploymentNode& node, const std::string& reason);

  // The queue.
  bool busy(const std::string& app) const;
  void supersede(const store::Deployment& newer);
  void start_next(const std::string& app);
  void begin(store::Deployment& deployment);
  void catch_up_at(const std::string& addr);
  asio::awaitable<void> catch_up(std::string app);
  std::vector<std::string> returned_nodes(const config::App& app, const std::vector<std::string>& left) const;

  static bool unwanted(const ActiveOrder& order);
  void end_unstarted(ActiveOrder& order);
  void say_proceed(const ActiveOrder& order);
  void pause(store::Deployment& deployment);
  void set_waiting(store::Deployment& deployment, std::optional<store::Waiting> waiting);
  void send_order(ActiveOrder& order);
  using Secrets = std::map<std::string, std::string>;  // by the name of the variable
  asio::awaitable<void> hand_over_with_secrets(std::string id, config::AppPtr app);
  void hand_over(const std::string& id, const base::Result<Secrets>& secrets);
  void follow(ActiveOrder& order);
  void send_cancel(const ActiveOrder& order, const std::string& reason);
  void end_node(ActiveOrder& order, store::NodeState state, std::optional<std::string> reason);
  void settle(ActiveOrder& order);
  void drop_settled(std::int64_t deployment);
  void update_end(store::Deployment& deployment);
  void forget_if_done(std::int64_t id);
  void handle_unknown(ActiveOrder& order);
  void handle_known(ActiveOrder& order);
  base::Result<> take_frames(ActiveOrder& order, std::string_view frames);
  base::Result<> take_message(ActiveOrder& order, const wire::Decoded& decoded);
  void acknowledge(const ActiveOrder& order);
  asio::awaitable<void> acknowledge_settled(std::string addr, std::vector<wire::OrderSummary> kept);

  asio::awaitable<void> look_every_second();
  void give_up_on_lost(ActiveOrder& order);
  void give_up(ActiveOrder& order, const std::string& why);

  Outcome<config::AppPtr> find_app(const std::string& name) const;
  bool still_in_force(const config::App& app) const;
  void look_at_orphans();
  asio::awaitable<void> cancel_orphan(std::int64_t id, std::string app);
  Outcome<void> check_not_frozen(const std::string& app) const;
  std::string nodes_away(const std::vector<std::pair<std::string, std::string>>& aliases_and_addrs) const;
  Outcome<void> check_online(const std::vector<const config::Node*>& nodes) const;
  asio::awaitable<Outcome<std::string>> resolve(const config::App& app,
                                                const std::vector<const config::Node*>& nodes,
                                                std::optional<std::string> wanted);
  bool stands_on(const config::App& app, const std::string& revision) const;
  struct Asked {
    wire::Answer answer;
    std::string node;
  };
  asio::awaitable<Outcome<Asked>> ask_any(const config::App& app, std::vector<const config::Node*> nodes,
                                          wire::Query query);

  asio::any_io_executor executor_;
  const config::Current& config_;
  fleet::Fleet& fleet_;
  store::Database& database_;
  store::Journal& journal_;
  base::Logger log_;
  std::map<std::int64_t, std::unique_ptr<store::Deployment>> active_;
  std::map<std::string, ActiveOrder> orders_;
  std::map<std::string, std::int64_t> last_;
  std::map<std::string, store::Freeze> frozen_;
  std::int64_t next_id_ = 1;
  base::SteadyTime started_ = std::chrono::steady_clock::now();
  async::TaskGroup tasks_;
};

}  // namespace slipway::server::rollout
