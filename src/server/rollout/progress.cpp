// What the engine tells agents, and what comes back from them.
#include <ranges>

#include "base/text.h"
#include "server/rollout/engine.h"
#include "server/rollout/outcome.h"
#include "server/rollout/waves.h"

namespace slipway::server::rollout {

using store::Delivery;
using store::Deployment;
using store::DeploymentNode;
using store::NodeState;

void Engine::drop_settled(std::int64_t deployment) {
  std::erase_if(orders_, [&](const auto& entry) {
    return entry.second.deployment->id == deployment && entry.second.node->delivery == Delivery::settled;
  });
}

void Engine::send_order(ActiveOrder& order) {
  DeploymentNode& node = *order.node;
  if (node.delivery == Delivery::unsent) {
    node.delivery = Delivery::sent;
    journal_.changed(*order.deployment, node, false);
  }
  // Sent once it is stored that it was: a server that dies in between asks the agent instead of believing
  // that nothing was sent.
  journal_.when_committed([this, id = node.order_id] {
    const auto found = orders_.find(id);
    if (found == orders_.end()) return;
    const config::AppPtr app = config_.find_app(found->second.deployment->app);
    if (!app || app->secrets.empty()) return hand_over(id, Secrets{});
    tasks_.spawn(hand_over_with_secrets(id, app));
  });
}

// Read now: they stand in this message and in nothing that is stored.
asio::awaitable<void> Engine::hand_over_with_secrets(std::string id, config::AppPtr app) {
  hand_over(id, co_await database_.run([app](store::Store&) { return config::read_values(app->secrets); }));
}

void Engine::hand_over(const std::string& id, const base::Result<Secrets>& secrets) {
  const auto found = orders_.find(id);
  if (found == orders_.end() || is_final(found->second.node->state)) return;
  ActiveOrder& order = found->second;
  if (!secrets) {
    end_node(order, NodeState::failed, "the order was not sent: " + secrets.error().message);
    return settle(order);
  }
  auto message = json::parse_object(order.node->order);
  message->emplace("type", wire::Order::type);
  if (!secrets->empty()) message->emplace("secrets", json::encode_value(*secrets, false));
  fleet_.send(order.node->addr, wire::encode_json(*message, {}));
}

void Engine::follow(ActiveOrder& order) {
  order.following = true;
  // What was received is stored or on its way to be: the rest is what is missing.
  fleet_.send(order.node->addr, wire::encode(wire::Follow{order.node->order_id, order.received}));
}

void Engine::send_cancel(const ActiveOrder& order, const std::string& reason) {
  fleet_.send(order.node->addr, wire::encode(wire::Cancel{order.node->order_id, reason}));
}

// Lets an order that waits behind its fetch go on; harmless where none waits. That it may is stored first: a
// server that dies in between must not come back and stop the others.
void Engine::say_proceed(const ActiveOrder& order) {
  const bool held = order.deployment->plan.prepare_first && !order.node->undo;
  if (!held || !has_turn(*order.deployment, *order.node)) return;
  journal_.when_committed([this, addr = order.node->addr, id = order.node->order_id] {
    fleet_.send(addr, wire::encode(wire::Proceed{id}));
  });
}

// Nobody wants its node to be switched any more.
bool Engine::unwanted(const ActiveOrder& order) {
  const Deployment& deployment = *order.deployment;
  return deployment.cancel_requested || (deployment.stop_reason && !has_turn(deployment, *order.node));
}

// It never began, and will not.
void Engine::end_unstarted(ActiveOrder& order) {
  const Deployment& deployment = *order.deployment;
  if (deployment.stop_reason && !deployment.cancel_requested)
    end_node(order, NodeState::skipped, deployment.stop_reason);
  else
    end_node(order, NodeState::cancelled, "cancelled before the order reached the node");
}

void Engine::agent_connected(const std::string& addr) {
  for (auto& order : orders_ | std::views::values) {
    if (order.node->addr != addr) continue;
    order.following = false;
    const bool wanted = !is_final(order.node->state) && !unwanted(order);
    // Sending an order is safe to repeat; but one that nobody wants any more must not be started by asking
    // for it.
    if (order.node->delivery == Delivery::accepted || (!wanted && order.node->delivery == Delivery::sent)) {
      follow(order);
      if (wanted) say_proceed(order);
    } else if (wanted && may_be_sent(*order.deployment, *order.node)) {
      send_order(order);
    }
    if (unwanted(order)) send_cancel(order, "nobody wants it any more: the node was away when that was said");
  }
  catch_up_at(addr);
  std::vector<wire::OrderSummary> kept = fleet_.kept_orders(addr);
  std::erase_if(kept, [&](const wire::OrderSummary& order) {
    return order.state != wire::OrderState::finished || orders_.contains(order.id);
  });
  if (!kept.empty()) tasks_.spawn(acknowledge_settled(addr, std::move(kept)));
}

// The link or the server may have died before the last acknowledgement of an order arrived: the agent would
// keep it, and tell of it, for ever.
asio::awaitable<void> Engine::acknowledge_settled(std::string addr, std::vector<wire::OrderSummary> kept) {
  std::vector<std::string> ids;
  for (const wire::OrderSummary& order : kept) ids.push_back(order.id);
  const auto settled =
      co_await database_.run([addr, ids](store::Store& store) { return store.settled(addr, ids); });
  for (const wire::OrderSummary& order : kept) {
    if (std::ranges::find(settled, order.id) != settled.end())
      fleet_.send(addr, wire::encode(wire::Ack{order.id, order.spool_length}));
  }
}

std::set<std::string> Engine::needed_agents() const {
  std::set<std::string> needed;
  for (const auto& order : orders_ | std::views::values) {
    // One that was lost is only waited for where it can still come back.
    if (!is_final(order.node->state) || fleet_.online(order.node->addr)) needed.insert(order.node->addr);
  }
  return needed;
}

void Engine::agent_gone(const std::string& addr) {
  for (auto& order : orders_ | std::views::values) {
    if (order.node->addr == addr) order.following = false;
  }
}

void Engine::order_state(const std::string& addr, const wire::OrderStateMessage& state) {
  const auto found = orders_.find(state.id);
  if (found == orders_.end() || found->second.node->addr != addr) {
    return log_->debug("agent {}: the state of an order that is not expected from it", addr);
  }
  ActiveOrder& order = found->second;
  if (state.state == wire::OrderState::unknown) return handle_unknown(order);
  if (state.state != wire::OrderState::rejected) return handle_known(order);
  end_node(order, NodeState::rejected,
           base::shorten(state.reason.value_or("the agent gave no reason"), 4000));
  settle(order);
}

void Engine::handle_unknown(ActiveOrder& order) {
  if (order.node->delivery == Delivery::accepted) {
    end_node(order, NodeState::failed,
             "the agent has no record of this order, which it had accepted: its data directory was removed "
             "or replaced");
  } else if (!is_final(order.node->state)) {
    end_unstarted(order);
  }
  settle(order);
}

void Engine::handle_known(ActiveOrder& order) {
  DeploymentNode& node = *order.node;
  if (node.delivery != Delivery::accepted) {
    node.delivery = Delivery::accepted;
    if (node.state == NodeState::pending) node.state = NodeState::running;
    if (!node.started_at) node.started_at = base::now();
    journal_.changed(*order.deployment, node, true);
  }
  if (order.following) return;
  follow(order);
  // A word that was said while the order was on its way may have come before it.
  if (unwanted(order))
    send_cancel(order, order.deployment->stop_reason.value_or("cancelled"));
  else
    say_proceed(order);
}

base::Result<> Engine::spool(const std::string& addr, const wire::Spool& spool, std::string_view frames) {
  const auto found = orders_.find(spool.order);
  if (found == orders_.end() || found->second.node->addr != addr) {
    return base::fail(base::ErrorCode::invalid, "output of an order that this agent was not given");
  }
  ActiveOrder& order = found->second;
  if (spool.offset != order.received) {
    return base::fail(base::ErrorCode::invalid, "the spool of order {} goes on at byte {}, expected {}",
                      spool.order, spool.offset, order.received);
  }
  if (order.node->delivery == Delivery::settled) return {};
  if (auto taken = take_frames(order, frames); !taken) {
    // Asking again would bring the same bytes: this cannot be followed to its end.
    end_node(order, NodeState::failed,
             fmt::format("what the agent tells of this order makes no sense ({}): look at the node itself",
                         taken.error().message));
    settle(order);
    return std::unexpected(taken.error().context(fmt::format("the spool of order {}", spool.order)));
  }
  acknowledge(order);
  if (order.node->delivery == Delivery::settled) settle(order);
  return {};
}

base::Result<> Engine::take_frames(ActiveOrder& order, std::string_view frames) {
  wire::FrameDecoder decoder;
  decoder.feed(frames);
  for (;;) {
    const auto frame = decoder.next();
    if (!frame) return std::unexpected(frame.error());
    if (!*frame) break;
    const auto decoded = wire::decode((*frame)->payload);
    if (!decoded) return std::unexpected(decoded.error());
    if (auto taken = take_message(order, *decoded); !taken) return taken;
  }
  if (decoder.pending() > 0)
    return base::fail(base::ErrorCode::invalid, "a piece that does not end between two frames");
  order.received += frames.size();
  order.node->spool_offset = order.received;
  journal_.changed(*order.deployment, *order.node, false);
  return {};
}

base::Result<> Engine::take_message(ActiveOrder& order, const wire::Decoded& decoded) {
  const auto* message = std::get_if<wire::Message>(&decoded.message);
  // A newer agent may tell more than this server knows.
  if (message == nullptr) return {};
  DeploymentNode& node = *order.node;
  if (node.delivery == Delivery::settled)
    return base::fail(base::ErrorCode::invalid, "something after the result");
  if (const auto* output = std::get_if<wire::Output>(message)) {
    if (!wire::stream_from(output->stream))
      return base::fail(base::ErrorCode::invalid, "output of an unknown stream");
    journal_.output(*order.deployment, node, node.step.value_or("check"), output->stream, node.output_bytes,
                    decoded.raw);
    node.output_bytes += decoded.raw.size();
    return {};
  }
  if (const auto* started = std::get_if<wire::StepStarted>(message)) {
    const bool was_final = is_final(node.state);
    const NodeState before = node.state;
    if (auto applied = apply(node, *started); !applied) return applied;
    // Lost and found again: it stays lost until its result says what it is.
    if (was_final) node.state = before;
    journal_.changed(*order.deployment, node, true);
    return {};
  }
  if (const auto* finished = std::get_if<wire::StepFinished>(message)) {
    if (auto applied = apply(node, *finished); !applied) return applied;
    journal_.changed(*order.deployment, node, true);
    return {};
  }
  if (const auto* result = std::get_if<wire::OrderResult>(message)) {
    if (auto applied = apply(node, *result); !applied) return applied;
    node.delivery = Delivery::settled;
    if (node.state == NodeState::cancelled && unwanted(order) && !order.deployment->cancel_requested) {
      node.state = NodeState::skipped;
      node.reason = order.deployment->stop_reason;
    }
    end_node(order, node.state, node.reason);
    return {};
  }
  return base::fail(base::ErrorCode::invalid, "a message that does not belong into a spool");
}

void Engine::acknowledge(const ActiveOrder& order) {
  journal_.when_committed(
      [this, addr = order.node->addr, id = order.node->order_id, offset = order.received] {
        fleet_.send(addr, wire::encode(wire::Ack{id, offset}));
      });
}

void Engine::end_node(ActiveOrder& order, NodeState state, std::optional<std::string> reason) {
  DeploymentNode& node = *order.node;
  node.state = state;
  node.reason = std::move(reason);
  node.finished_at = base::now();
  // An order that never left needs no asking after.
  if (node.delivery == Delivery::unsent) node.delivery = Delivery::settled;
  journal_.changed(*order.deployment, node, true);
  journal_.make_durable();
  log_->info("deployment {}: {} {}{}{}", order.deployment->id, node.alias, store::name_of(state),
             node.reason ? ": " : "", base::printable(node.reason.value_or("")));
  fleet_.refresh(order.deployment->app, node.alias, node.addr,
                 state == NodeState::offline ? std::nullopt : node.revision_after);
}

void Engine::settle(ActiveOrder& order) {
  Deployment& deployment = *order.deployment;
  if (order.node->delivery != Delivery::settled) {
    order.node->delivery = Delivery::settled;
    journal_.changed(deployment, *order.node, false);
  }
  orders_.erase(order.node->order_id);
  advance(deployment);
  forget_if_done(deployment.id);
}

void Engine::update_end(Deployment& deployment) {
  const bool all_final =
      std::ranges::all_of(deployment.nodes, [](const DeploymentNode& node) { return is_final(node.state); });
  if (!all_final) return;
  const store::DeploymentState state = end_state(deployment);
  if (state == deployment.state) return;
  deployment.state = state;
  deployment.finished_at = base::now();
  journal_.changed(deployment);
  journal_.make_durable();
  log_->info("deployment {} of {}: {}", deployment.id, deployment.app, store::name_of(state));
  journal_.when_committed([this, id = deployment.id, app = deployment.app] {
    forget_if_done(id);
    start_next(app);
  });
}

void Engine::forget_if_done(std::int64_t id) {
  const auto found = active_.find(id);
  if (found == active_.end() || !is_final(found->second->state)) return;
  const bool waited_for = std::ranges::any_of(
      orders_ | std::views::values, [&](const ActiveOrder& order) { return order.deployment->id == id; });
  if (waited_for) return;
  // Until the database knows the end, those who ask must get it from here.
  journal_.when_committed([this, id] { active_.erase(id); });
}

}  // namespace slipway::server::rollout
