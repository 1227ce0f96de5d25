// The database and the output files of the server's data directory:
//
//   slipway.db      SQLite: deployments, nodes, steps, events
//   output/<order>  the raw output of one node of one deployment
//
// Blocking: used on the database thread only (database.h). What write() has committed survives a kill of the
// server at any moment; what it committed durably survives a power loss.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "server/store/agent_key.h"
#include "server/store/event.h"
#include "server/store/join_token.h"
#include "server/store/ledger.h"
#include "server/store/model.h"
#include "server/store/retention.h"

namespace soci {
class session;
}

namespace slipway::server::store {

namespace fs = std::filesystem;

// What was thrown by the tables, as a sentence: SQLite says "database or disk is full" and the like, and a
// person needs to know which database.
base::Error database_error(const std::exception& error);

struct OutputChunk {
  std::string order_id;
  std::uint64_t offset = 0;
  std::string bytes;
};

// Everything that happened since the last write, as one transaction.
struct Batch {
  struct NodeRow {
    std::int64_t deployment = 0;
    DeploymentNode node;
  };
  // A node has got another order.
  struct ReplacedOrder {
    NodeRow node;
    std::string old_order;
  };
  std::vector<Deployment> created;      // with their nodes
  std::vector<Deployment> deployments;  // changed; their nodes are not looked at
  std::vector<NodeRow> nodes;           // changed
  std::vector<ReplacedOrder> replaced;  // carried out before the changes of `nodes`
  std::vector<OutputChunk> output;
  std::map<std::string, std::optional<Freeze>> freezes;  // by app; none: not frozen any more
  LedgerRows ledger;
  std::vector<EventPtr> events;
  bool durable = false;

  bool empty() const {
    return created.empty() && deployments.empty() && nodes.empty() && output.empty() && freezes.empty() &&
           replaced.empty() && ledger.empty() && events.empty();
  }
};

class Store {
 public:
  // Makes or opens the database in the directory and brings its schema up to date. A database of a newer
  // Slipway, a directory that cannot be written, or one that another server uses is an error.
  static base::Result<std::unique_ptr<Store>> open(const fs::path& directory);
  // For a command on the server's host, whether the server runs or not: no lock is held, and no output is
  // read. While a server runs the schema stays as it is.
  static base::Result<std::unique_ptr<Store>> open_beside(const fs::path& directory);
  ~Store();

  // For the tables of the folders that build upon this one.
  soci::session& session();

  // Whether another process has written to the database since this was last asked.
  bool changed_by_others();

  // This installation's id, made at the first start.
  std::string instance() const;

  std::int64_t last_event_id();
  std::int64_t last_deployment_id();

  base::Result<> write(const Batch& batch);

  // Not at their end, or at their end with orders that are not settled.
  std::vector<Deployment> unfinished();

  std::optional<Deployment> find(std::int64_t id);
  // Newest first; of these apps, or of all.
  std::vector<Deployment> list(const std::optional<std::vector<std::string>>& apps, int limit,
                               std::optional<std::int64_t> before);
  // Of a deployment.
  std::optional<std::string> app_of(std::int64_t deployment);
  // The newest deployment of each app.
  std::vector<std::pair<std::string, std::int64_t>> last_of_each_app();
  std::map<std::string, Freeze> freezes();
  // The nodes of the app that the last deployment which began with them left as they were, because they were
  // away.
  std::vector<std::string> left_behind(const std::string& app);
  LedgerRows ledger();
  // Of these orders of one agent, those of which nothing more is to be expected.
  std::vector<std::string> settled(const std::string& addr, const std::vector<std::string>& order_ids);

  // --- which keys agents are known by
  std::vector<AgentKey> agent_keys();
  base::Result<> record_first_contact(const std::string& agent, const base::Fingerprint& key);
  base::Result<> record_offer(const std::string& agent, const std::optional<base::Fingerprint>& offered);
  base::Result<> accept_key(const std::string& agent, const base::Fingerprint& key, const std::string& who);
  base::Result<> record_next_key(const std::string& agent, const base::Fingerprint& of,
                                 const base::Fingerprint& next);
  base::Result<> take_next_key(const std::string& agent, const base::Fingerprint& next);
  base::Result<> reject_key(const std::string& agent);
  base::Result<> record_waiting(const std::string& agent, const base::Fingerprint& key);
  base::Result<> forget_waiting(const std::string& agent);
  base::Result<> forget_all_waiting();

  // --- what lets an agent that dials in
  base::Result<std::vector<JoinToken>> join_tokens();
  base::Result<std::int64_t> add_join_token(const JoinToken& token);
  base::Result<> revoke_join_token(std::int64_t id);
  base::Result<std::optional<JoinToken>> find_join_token(const std::string& hash);
  // Uses the token up by one, and the agent is known by this key from now on.
  base::Result<> join(const JoinToken& token, const std::string& agent, const base::Fingerprint& key);

  struct EventPage {
    std::vector<EventPtr> events;
    std::int64_t read_up_to = 0;
  };
  // Output events get their text from the output files.
  EventPage events(std::int64_t after, const EventFilter& filter, int limit, std::size_t max_bytes);

  // At most `length` bytes; less at the end of what has arrived.
  base::Result<std::string> read_output(const std::string& order_id, std::uint64_t offset,
                                        std::size_t length);

  // --- the past. What returns bool is one step that keeps nobody waiting for long: true if there may be
  // more.
  std::vector<Past> past();
  // Of the database and the output together.
  std::uint64_t used_bytes();
  bool remove_events(std::int64_t deployment);
  bool remove_output(std::int64_t deployment);
  void remove_deployment(std::int64_t id);
  bool remove_fleet_events(std::optional<base::Time> older_than);
  bool return_pages();
  std::int64_t events_removed_up_to();
  // When the newest event was stored.
  std::optional<base::Time> newest_time();

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// The data of an output event: `facts` with the member "text" made of the bytes.
std::string output_event_data(const std::string& facts, std::string_view bytes);

}  // namespace slipway::server::store
