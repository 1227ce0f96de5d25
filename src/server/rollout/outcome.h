// What the state of a deployment follows from. Pure.
#pragma once

#include "base/error.h"
#include "server/store/model.h"
#include "wire/message.h"

namespace slipway::server::rollout {

// The end state that follows from nodes which are all at their end. Success is said only if every node
// succeeded.
store::DeploymentState end_state(const store::Deployment& deployment);

// Brings what an order's spool says into the node's record. Output is the caller's. What an agent must not
// say is an error, and nothing of it is taken over.
base::Result<> apply(store::DeploymentNode& node, const wire::StepStarted& started);
base::Result<> apply(store::DeploymentNode& node, const wire::StepFinished& finished);
base::Result<> apply(store::DeploymentNode& node, const wire::OrderResult& result);

}  // namespace slipway::server::rollout
