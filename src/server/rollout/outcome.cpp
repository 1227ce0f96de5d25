#include "server/rollout/outcome.h"

#include <algorithm>
#include <chrono>

#include "base/text.h"
#include "server/rollout/undo.h"

namespace slipway::server::rollout {
namespace {

using store::DeploymentState;
using store::NodeState;

// Agents are not trusted to be brief.
constexpr std::size_t max_revision = 200;
constexpr std::size_t max_reason = 8000;
constexpr std::size_t max_steps = 100;
// Above every limit that a step can be given.
constexpr std::uint64_t longest_step = std::chrono::milliseconds(std::chrono::days{365}).count();

std::optional<std::string> shortened(const std::optional<std::string>& text, std::size_t limit) {
  return text ? std::optional(base::shorten(*text, limit)) : std::nullopt;
}

NodeState to_node_state(wire::ResultState state) {
  switch (state) {
    case wire::ResultState::succeeded:
      return NodeState::succeeded;
    case wire::ResultState::failed:
      return NodeState::failed;
    case wire::ResultState::rolled_back:
      return NodeState::rolled_back;
    case wire::ResultState::cancelled:
      return NodeState::cancelled;
    case wire::ResultState::rejected:
      return NodeState::rejected;
    case wire::ResultState::interrupted:
      return NodeState::interrupted;
  }
  return NodeState::failed;
}

base::Result<> check_step(const std::string& name) {
  if (wire::step_from(name)) return {};
  return base::fail(base::ErrorCode::invalid, "\"{}\" is not a step",
                    base::printable(base::shorten(name, 60)));
}

// "partial" while any node stands, or may stand, on what was to be taken back.
DeploymentState end_of_undo(const store::Deployment& deployment) {
  bool any_back = false;
  for (const store::DeploymentNode& node : deployment.nodes) {
    const bool failed_to = node.undo && node.state != NodeState::rolled_back;
    const bool unknown = node.state == NodeState::offline && node.delivery != store::Delivery::settled;
    if (failed_to || unknown || was_switched(node)) return DeploymentState::partial;
    any_back |= node.state == NodeState::rolled_back;
  }
  return any_back ? DeploymentState::rolled_back : DeploymentState::failed;
}

// The end of an order that takes a node back: what the node had before the deployment is known already.
void apply_undo(store::DeploymentNode& node, const wire::OrderResult& result) {
  node.revision_after = shortened(result.revision_after, max_revision);
  if (result.state == wire::ResultState::succeeded) {
    node.state = NodeState::rolled_back;
    return;
  }
  node.state = to_node_state(result.state);
  node.reason = base::shorten(fmt::format("{}; going back failed: {}", node.reason.value_or(""),
                                          result.reason.value_or("no reason was given")),
                              max_reason);
}

}  // namespace

DeploymentState end_state(const store::Deployment& deployment) {
  const auto count = [&](NodeState state) {
    return std::ranges::count(deployment.nodes, state, &store::DeploymentNode::state);
  };
  const auto total = static_cast<std::ptrdiff_t>(deployment.nodes.size());
  if (count(NodeState::succeeded) == total) return DeploymentState::succeeded;
  if (deployment.cancel_requested && count(NodeState::cancelled) > 0) return DeploymentState::cancelled;
  if (deployment.undoing) return end_of_undo(deployment);
  if (count(NodeState::rolled_back) == total) return DeploymentState::rolled_back;
  return count(NodeState::succeeded) > 0 ? DeploymentState::partial : DeploymentState::failed;
}

base::Result<> apply(store::DeploymentNode& node, const wire::StepStarted& started) {
  if (auto known = check_step(started.step); !known) return known;
  if (node.steps.size() >= max_steps)
    return base::fail(base::ErrorCode::invalid, "an order of more than {} steps", max_steps);
  node.state = NodeState::running;
  node.step = started.step;
  node.steps.push_back({.name = started.step, .state = "running"});
  return {};
}

base::Result<> apply(store::DeploymentNode& node, const wire::StepFinished& finished) {
  if (node.steps.empty() || node.steps.back().name != finished.step) {
    return base::fail(base::ErrorCode::invalid, "the end of a step that did not begin");
  }
  if (finished.state == wire::StepState::running)
    return base::fail(base::ErrorCode::invalid, "a step that has ended and is running all the same");
  store::Step& step = node.steps.back();
  step.state = boost::describe::enum_to_string(finished.state, "");
  step.exit_code = finished.exit_code;
  step.duration_ms = static_cast<std::int64_t>(std::min(finished.duration_ms, longest_step));
  if (finished.revision) {
    node.revision_after = shortened(finished.revision, max_revision);
    if (finished.step == "check" && !node.undo) node.revision_before = node.revision_after;
  }
  return {};
}

base::Result<> apply(store::DeploymentNode& node, const wire::OrderResult& result) {
  if (result.step) {
    if (auto known = check_step(*result.step); !known) return known;
    node.step = result.step;
  }
  node.exit_code = result.exit_code;
  if (node.undo) {
    apply_undo(node, result);
    return {};
  }
  node.state = to_node_state(result.state);
  node.reason = shortened(result.reason, max_reason);
  node.revision_before = shortened(result.revision_before, max_revision);
  node.revision_after = shortened(result.revision_after, max_revision);
  return {};
}

}  // namespace slipway::server::rollout
