// Taking a node back to what it had before its deployment. Pure.
#pragma once

#include <string>

#include "server/store/model.h"
#include "wire/message.h"

namespace slipway::server::rollout {

// Whether the node stands on something else than before, as far as is known.
bool was_switched(const store::DeploymentNode& node);

// Whether there is something to go back from, and to, and nothing at work on the node any more.
bool can_go_back(const store::DeploymentNode& node);

// Why a node that was switched cannot go back by an order; empty if it can, or need not.
std::string why_not_back(const store::DeploymentNode& node);

// Gives the node the order that takes it back, for this reason; returns the id of the order that it had.
std::string take_back(store::DeploymentNode& node, const std::string& reason);

}  // namespace slipway::server::rollout
