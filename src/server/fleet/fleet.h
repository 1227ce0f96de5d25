// The links to the agents, and what is known of each node. Start with Fleet.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "async/task_group.h"
#include "base/address.h"
#include "base/error.h"
#include "base/log.h"
#include "base/time.h"
#include "server/config/current.h"
#include "server/fleet/agent_connection.h"
#include "server/fleet/agent_door.h"
#include "server/fleet/agent_keys.h"
#include "server/fleet/drift.h"
#include "server/store/ledger.h"
#include "wire/message.h"

namespace slipway::server::fleet {

namespace asio = boost::asio;

// One node of one app, as it is now.
struct NodeView {
  std::string alias;
  std::string addr;
  std::string path;
  TrustState trust = TrustState::pending;
  bool online = false;
  std::optional<std::string> reason;  // why it is offline, or why its working copy cannot be read
  std::optional<std::string> revision;
  std::optional<std::string> branch;
  std::optional<std::vector<std::string>> modified;  // the first of them; none: nobody has looked yet
  std::optional<std::uint64_t> modified_total;
  std::optional<base::Time> modified_at;  // when they were looked for
  std::optional<Drift> drift;
  bool behind = false;  // the app was brought to a revision that this node has not got
  std::optional<std::string> agent_version;
  std::optional<std::string> os;
  std::optional<base::Time> last_seen;
};

// One agent, as it is now: the host behind one or more nodes.
struct AgentView {
  std::string id;  // its address
  TrustState trust = TrustState::pending;
  store::AgentKey key;
  bool online = false;
  std::optional<std::string> reason;  // why it is offline
  std::optional<std::string> host;
  std::optional<std::string> os;
  std::optional<std::string> version;
  std::optional<base::Time> last_seen;
  std::vector<std::pair<std::string, std::string>> nodes;  // app and alias
};

// Told of what comes over the links, on the loop's thread.
class OrderListener {
 public:
  virtual ~OrderListener() = default;
  virtual void agent_connected(const std::string& addr) = 0;
  virtual void agent_gone(const std::string& addr) = 0;
  virtual void order_state(const std::string& addr, const wire::OrderStateMessage& state) = 0;
  // An error closes the link: what came cannot be trusted.
  virtual base::Result<> spool(const std::string& addr, const wire::Spool& spool,
                               std::string_view frames) = 0;
  // The agents that orders are still waited for from, whether or not a node of the configuration is there.
  virtual std::set<std::string> needed_agents() const = 0;
};

class Fleet : private ConnectionListener, private AgentHost {
 public:
  // Called with the app's name and the node when a node's view has changed.
  using Changed = std::function<void(const std::string& app, const NodeView& node)>;

  Fleet(asio::any_io_executor executor, const config::Current& config, Credentials credentials,
        base::Logger log);
  ~Fleet() override;

  // What was last deployed, for telling which nodes differ from it. Before start(); must live as long as the
  // fleet.
  void compare_with(store::Ledger& ledger);

  // Takes the port where agents dial, if the configuration has one.
  base::Result<> listen();
  // Where that is; none: nowhere.
  std::vector<std::string> addresses() const { return door_.addresses(); }
  // Dials every distinct address, and takes agents that dial, until stop().
  void start(OrderListener& listener, Changed changed);
  // Another configuration is in force: dials what is new, keeps what is known of nodes that stayed the same,
  // and lets an agent that no node is at any more go as soon as it is not needed.
  void config_changed();
  // Makes every link again: only a hello tells of the key that this server will have.
  void reconnect(const std::string& reason);
  asio::awaitable<void> stop();

  NodeView view(const config::App& app, const config::Node& node) const;
  // By their ids.
  std::vector<AgentView> agents() const;
  std::optional<AgentView> agent(const std::string& id) const;
  // A person's word that this is the agent's key.
  asio::awaitable<base::Result<>> trust(const std::string& id, base::Fingerprint key, std::string who);
  // A person's word about an agent that waits.
  asio::awaitable<base::Result<>> approve(const std::string& id, std::string who);
  asio::awaitable<base::Result<>> reject(const std::string& id, std::string who);
  bool online(const std::string& addr) const;
  // Since when the agent has been away; nothing while it is there. Never seen: since the start of this
  // server.
  std::optional<base::SteadyTime> offline_since(const std::string& addr) const;

  // What the agent said at its last hello that it keeps for this server.
  std::vector<wire::OrderSummary> kept_orders(const std::string& addr) const;

  // Why it is away.
  std::optional<std::string> offline_reason(const std::string& addr) const;

  // Frames for an agent; dropped while it is away (the listener is told when it is back).
  void send(const std::string& addr, std::string frame);

  // Asks an agent a question; ErrorCode::unavailable when it is not there or goes away, timeout after the
  // limit.
  asio::awaitable<base::Result<wire::Answer>> ask(std::string addr, wire::Query query, base::Millis limit);

  // An order has ended on the node, with its working copy at the revision as far as that is known. What else
  // is true of it is read soon, when other nodes are not kept from their work by it. `addr` is where the
  // order was: the node may have moved since.
  void refresh(const std::string& app, const std::string& alias, const std::string& addr,
               const std::optional<std::string>& revision);

 private:
  struct NodeState {
    config::AppPtr app;
    const config::Node* node = nullptr;  // of the app
    std::string addr;
    std::optional<wire::WorkingCopyStatus> status;
    std::optional<std::string> problem;
    bool reading = false;
    bool read_again = false;
    bool waiting = false;     // to be read when its agent has fewer questions to answer
    bool known = true;        // no order has been at work there since the status was read
    std::uint64_t works = 0;  // times that an order was seen at work there
    std::chrono::steady_clock::time_point read_at = {};
    bool gone = false;  // not, or not so, in the configuration any more
    std::string shown;  // what was last told, to tell changes only
  };
  using NodePtr = std::shared_ptr<NodeState>;
  using ConnectionPtr = std::shared_ptr<AgentConnection>;

  // ConnectionListener
  void connected(const std::string& addr) override;
  void gone(const std::string& addr) override;
  void reason_changed(const std::string& addr) override;
  void order_state(const std::string& addr, const wire::OrderStateMessage& state) override;
  base::Result<> spool(const std::string& addr, const wire::Spool& spool, std::string_view frames) override;

  // AgentHost
  asio::awaitable<base::Error> carry(std::string name, net::Link& link, wire::Hello hello,
                                     base::Fingerprint key) override;

  void standing_changed(const std::string& app, const std::optional<std::string>& alias);
  bool is_at_work(const NodeState& node) const;
  void read_config();
  NodePtr take_node(std::vector<NodePtr>& known, const config::AppPtr& app, const config::Node& node);
  void trust_changed(const std::string& addr);
  AgentView agent_view(const std::string& id) const;
  std::optional<std::string> why_away(const std::string& id) const;
  void dial(const base::Address& address);
  ConnectionPtr expect(const std::string& name);
  bool configured(const std::string& addr) const;
  asio::awaitable<void> let_go();
  asio::awaitable<void> read_status(NodePtr node);
  void take_status(NodeState& node, base::Result<wire::Answer> answer);
  asio::awaitable<void> read_regularly();
  asio::awaitable<void> read_soon(NodePtr node);
  void start_reading(const NodePtr& node);
  void read_next(const std::string& addr);
  void tell_all(const std::string& addr);
  void tell(NodeState& node);
  NodeView view(const NodeState& node) const;
  const AgentConnection* connection(const std::string& addr) const;

  asio::any_io_executor executor_;
  const config::Current& config_;
  Credentials credentials_;
  base::Logger log_;
  OrderListener* listener_ = nullptr;
  Changed changed_;
  const store::Ledger* ledger_ = nullptr;
  std::map<std::string, int> readings_;               // nodes that are being read, by address
  std::map<std::string, ConnectionPtr> connections_;  // by address
  std::vector<NodePtr> nodes_;
  AgentDoor door_;
  bool letting_go_ = false;
  async::TaskGroup tasks_;
};

// What an order or a query about this node is about.
wire::Target target_of(const config::App& app, const config::Node& node);

}  // namespace slipway::server::fleet
