// What is done about nodes whose agents went away and do not come back.
#include <ranges>

#include "server/rollout/engine.h"
#include "server/rollout/waves.h"

namespace slipway::server::rollout {
namespace {

using store::Delivery;
using store::DeploymentNode;
using store::NodeState;

// How long a link may be away before the page says that a node is lost. What became of its order is still
// asked for when it returns.
constexpr std::chrono::seconds lost_before_sent{20};
constexpr std::chrono::minutes lost_after_sent{5};
constexpr std::chrono::seconds lost_when_cancelled{10};

}  // namespace

asio::awaitable<void> Engine::look_every_second() {
  for (;;) {
    co_await async::sleep_for(std::chrono::seconds{1});
    std::vector<std::string> ids;
    for (const auto& [id, order] : orders_) ids.push_back(id);
    for (const std::string& id : ids) {
      if (const auto found = orders_.find(id); found != orders_.end()) give_up_on_lost(found->second);
    }
    for (const auto& deployment : active_ | std::views::values) {
      if (!is_final(deployment->state)) advance(*deployment);
    }
  }
}

void Engine::give_up_on_lost(ActiveOrder& order) {
  DeploymentNode& node = *order.node;
  const auto since = fleet_.offline_since(node.addr);
  const bool waited_for = may_be_sent(*order.deployment, node) || node.delivery != Delivery::unsent;
  if (!since || is_final(node.state) || !waited_for) return;
  const auto away =
      std::chrono::steady_clock::now() - std::max({*since, started_, order.deployment->wave_since});
  const bool never_sent = node.delivery == Delivery::unsent;
  const bool waits = order.deployment->plan.offline == config::Offline::wait;
  const base::Millis limit = never_sent && node.undo ? base::Millis(lost_after_sent)
                             : never_sent && waits   ? order.deployment->plan.offline_wait
                             : never_sent            ? base::Millis(lost_before_sent)
                             : unwanted(order)       ? base::Millis(lost_when_cancelled)
                                                     : base::Millis(lost_after_sent);
  if (away < limit) return;
  give_up(order, fleet_.offline_reason(node.addr).value_or("unknown reason"));
  if (never_sent) return settle(order);
  advance(*order.deployment);
}

void Engine::give_up(ActiveOrder& order, const std::string& why) {
  const DeploymentNode& node = *order.node;
  if (node.delivery == Delivery::unsent && node.undo) {
    end_node(order, NodeState::offline,
             fmt::format("{}; the node was offline ({}) and stays as it is", node.reason.value_or(""), why));
  } else if (node.delivery == Delivery::unsent) {
    end_node(order, NodeState::offline, "the node was offline and was left as it is: " + why);
  } else if (unwanted(order) && !order.deployment->cancel_requested) {
    // It was never told to go on behind its fetch, so nothing was switched there.
    end_node(order, NodeState::skipped, order.deployment->stop_reason);
  } else {
    end_node(
        order, NodeState::offline,
        fmt::format("the node went away while it worked ({}); what became of the order is told here when it "
                    "is back",
                    why));
  }
}

}  // namespace slipway::server::rollout
