// Deployments as they are stored, shown and reasoned about.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "server/config/rollout.h"

namespace slipway::server::store {

BOOST_DEFINE_ENUM_CLASS(DeploymentState, queued, running, succeeded, failed, partial, rolled_back, cancelled,
                        superseded)
BOOST_DEFINE_ENUM_CLASS(NodeState, pending, running, succeeded, failed, rolled_back, cancelled, rejected,
                        interrupted, offline, skipped)

// What is known of an order's way to its agent. What is not settled is asked for whenever the agent is there.
BOOST_DEFINE_ENUM_CLASS(Delivery,
                        unsent,    // never left the server
                        sent,      // may have arrived
                        accepted,  // the agent has it on disk
                        settled)   // nothing more is to be expected

struct Step {
  std::string name;
  std::string state;
  std::optional<std::int64_t> exit_code;
  std::optional<std::int64_t> duration_ms;
};
BOOST_DESCRIBE_STRUCT(Step, (), (name, state, exit_code, duration_ms))

struct DeploymentNode {
  std::string alias;
  NodeState state = NodeState::pending;
  std::optional<std::string> step;
  std::optional<std::int64_t> exit_code;
  std::optional<std::string> reason;
  std::vector<Step> steps;
  std::optional<std::string> revision_before;
  std::optional<std::string> revision_after;
  std::optional<base::Time> started_at;
  std::optional<base::Time> finished_at;
  std::uint64_t output_bytes = 0;
  bool output_removed = false;  // to make room
  int wave = 0;                 // nodes have their turn wave by wave
  bool undo = false;            // the order below takes the node back to revision_before

  // Not shown to people.
  std::string order_id;
  std::string addr;   // of its agent when the deployment was made
  std::string order;  // the wire order as JSON
  Delivery delivery = Delivery::unsent;
  std::uint64_t spool_offset = 0;  // up to where the spool is stored; always between two frames
  std::string first_order = {};    // where an undo took its place: under its id the output is kept

  const std::string& output_name() const { return first_order.empty() ? order_id : first_order; }
};

// Between two waves.
struct Waiting {
  std::optional<base::Time> until;  // none: until a person lets it go on

  auto operator<=>(const Waiting&) const = default;
};

struct Deployment {
  std::int64_t id = 0;
  std::string app;
  std::string action;  // "update", "rollback"
  std::string revision;
  std::optional<std::string> requested_revision;
  DeploymentState state = DeploymentState::running;
  std::string note;
  std::string by;                        // who asked for it
  std::optional<std::int64_t> retry_of;  // the deployment whose nodes that did not succeed have another try
  bool cancel_requested = false;
  config::Rollout plan;
  bool prepared = false;  // with plan.prepare_first: every node was ready, the waves have begun
  bool undoing = false;   // too many failed, and the plan wants every node back where it was
  std::optional<std::string> stop_reason;  // why nodes that have not had their turn will not have it
  int wave = 0;                            // up to this wave nodes have their turn
  int continued = 0;                       // a person let it go on up to this wave
  std::optional<Waiting> waiting;          // not stored: it follows from the rest
  base::SteadyTime wave_since = {};  // not stored: since when this wave has had its turn, as far as is known
  std::optional<base::SteadyTime> pause_ends;  // not stored: of the pause behind this wave, once it has begun
  base::Time created_at;
  std::optional<base::Time> started_at;  // none: it waits for its turn
  std::optional<base::Time> finished_at;
  std::vector<DeploymentNode> nodes;

  DeploymentNode* find_node(std::string_view alias);
  const DeploymentNode* find_node(std::string_view alias) const;
};

// Why an app takes no deployments.
struct Freeze {
  std::string reason;
  std::string by;
  base::Time since;
};

template <class Enum>
std::string name_of(Enum value) {
  return boost::describe::enum_to_string(value, "");
}

inline bool is_final(NodeState state) {
  return state != NodeState::pending && state != NodeState::running;
}
inline bool is_final(DeploymentState state) {
  return state != DeploymentState::running && state != DeploymentState::queued;
}

}  // namespace slipway::server::store
