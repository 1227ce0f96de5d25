// In which order the nodes of a deployment have their turn. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "server/config/rollout.h"
#include "server/store/model.h"

namespace slipway::server::rollout {

// The wave of each of so many nodes, in their order: the canary nodes are the first wave, each batch is one.
std::vector<int> waves_of(const config::Rollout& plan, std::size_t nodes);

// What is to be done with a deployment now.
struct NextMove {
  enum class Kind {
    nothing,   // nodes of this wave are at work, or there is nothing more to do
    prepared,  // every node is ready: the first wave may switch
    release,   // the next wave has its turn
    hold,      // it has its turn after the pause, or when a person says so
    skip,      // the rest is left as it is
    undo,      // the rest is left as it is, and what was switched goes back
  };
  Kind kind = Kind::nothing;
  bool for_person = false;  // of hold: a person has to say so
  std::string reason;       // of skip and undo
};

// Whether the node's order may go to its agent.
bool may_be_sent(const store::Deployment& deployment, const store::DeploymentNode& node);

// Whether the node may switch: its wave has begun, after all nodes were prepared if the plan wants that.
bool has_turn(const store::Deployment& deployment, const store::DeploymentNode& node);

// Fetched, and waiting for the word to go on.
bool is_prepared(const store::DeploymentNode& node);

NextMove next_move(const store::Deployment& deployment, base::SteadyTime now);

// What is left of the pause behind the deployment's wave: also for a server that was started in the middle of
// it, and never more than the whole, however the wall clock has jumped since.
base::Millis pause_left(const store::Deployment& deployment, base::Time now);

}  // namespace slipway::server::rollout
