#include "server/rollout/outcome.h"

#include <algorithm>

#include "base/text.h"

namespace slipway::server::rollout {
namespace {

using store::DeploymentState;
using store::NodeState;

// Agents are not trusted to be brief.
constexpr std::size_t max_revision = 200;
constexpr std::size_t max_reason = 8000;
constexpr std::size_t max_steps = 100;

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

}  // namespace

DeploymentState end_state(const store::Deployment& deployment) {
  const auto count = [&](NodeState state) {
    return std::ranges::count(deployment.nodes, state, &store::DeploymentNode::state);
  };
  const auto total = static_cast<std::ptrdiff_t>(deployment.nodes.size());
  if (count(NodeState::succeeded) == total) return DeploymentState::succeeded;
  if (deployment.cancel_requested && count(NodeState::cancelled) > 0) return DeploymentState::cancelled;
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
  store::Step& step = node.steps.back();
  step.state = boost::describe::enum_to_string(finished.state, "");
  step.exit_code = finished.exit_code;
  step.duration_ms = static_cast<std::int64_t>(finished.duration_ms);
  if (finished.revision) {
    node.revision_after = shortened(finished.revision, max_revision);
    if (finished.step == "check") node.revision_before = node.revision_after;
  }
  return {};
}

base::Result<> apply(store::DeploymentNode& node, const wire::OrderResult& result) {
  if (result.step) {
    if (auto known = check_step(*result.step); !known) return known;
    node.step = result.step;
  }
  node.state = to_node_state(result.state);
  node.exit_code = result.exit_code;
  node.reason = shortened(result.reason, max_reason);
  node.revision_before = shortened(result.revision_before, max_revision);
  node.revision_after = shortened(result.revision_after, max_revision);
  return {};
}

}  // namespace slipway::server::rollout
