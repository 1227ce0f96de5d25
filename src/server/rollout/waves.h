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
    nothing,  // nodes of this wave are at work, or there is nothing more to do
    release,  // the next wave has its turn
    hold,     // it has its turn at `at`, or when a person says so
    skip,     // the rest is left as it is
  };
  Kind kind = Kind::nothing;
  std::optional<base::Time> at;  // of hold; none: a person has to say so
  std::string reason;            // of skip
};

NextMove next_move(const store::Deployment& deployment, base::Time now);

}  // namespace slipway::server::rollout
