// A store in a directory of its own, and deployments with every member filled.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/id.h"
#include "base/temp_dir.h"
#include "server/store/store.h"

namespace slipway::server::store::test {

inline base::Time at(std::int64_t ms) {
  return base::from_unix_ms(1'795'420'800'000 + ms);
}

inline DeploymentNode make_node(std::string alias) {
  DeploymentNode node{.alias = std::move(alias)};
  node.order_id = base::make_id();
  node.addr = "127.0.0.1:8081";
  node.order = R"({"id":"x"})";
  return node;
}

inline DeploymentNode make_full_node(std::string alias) {
  DeploymentNode node = make_node(std::move(alias));
  node.state = NodeState::interrupted;
  node.step = "after_deploy";
  node.exit_code = -9'000'000'000;
  node.reason = "it's \"quoted\"; ä € 😀\nnext line";
  node.steps = {
      {.name = "check", .state = "succeeded", .exit_code = std::nullopt, .duration_ms = 12},
      {.name = "after_deploy", .state = "interrupted", .exit_code = 137, .duration_ms = std::nullopt}};
  node.revision_before = std::string(40, 'a');
  node.revision_after = std::string(64, 'b');
  node.started_at = at(1);
  node.finished_at = at(2);
  node.output_bytes = std::uint64_t{5} << 40U;
  node.delivery = Delivery::accepted;
  node.spool_offset = std::uint64_t{6} << 40U;
  return node;
}

inline Deployment make_deployment(std::int64_t id, std::string app = "shop") {
  Deployment deployment{.id = id,
                        .app = std::move(app),
                        .action = "update",
                        .revision = std::string(40, 'c'),
                        .created_at = at(0)};
  deployment.nodes = {make_node("web1"), make_node("web2")};
  return deployment;
}

inline EventPtr make_event(std::int64_t id, std::optional<std::int64_t> deployment, std::string type = "node",
                           std::string data = "{}") {
  auto event = std::make_shared<Event>();
  event->id = id;
  event->deployment = deployment;
  event->type = std::move(type);
  event->data = std::move(data);
  return event;
}

// An output event as the journal makes it.
inline std::shared_ptr<Event> make_output(std::int64_t id, std::int64_t deployment, const std::string& order,
                                          std::uint64_t offset, std::string_view bytes) {
  auto event = std::make_shared<Event>();
  event->id = id;
  event->deployment = deployment;
  event->type = "output";
  event->facts = R"({"offset":)" + std::to_string(offset) + "}";
  event->data = output_event_data(event->facts, bytes);
  event->output = OutputPlace{order, offset, bytes.size()};
  return event;
}

inline void expect_same(const DeploymentNode& a, const DeploymentNode& b) {
  EXPECT_EQ(a.alias, b.alias);
  EXPECT_EQ(a.state, b.state);
  EXPECT_EQ(a.step, b.step);
  EXPECT_EQ(a.exit_code, b.exit_code);
  EXPECT_EQ(a.reason, b.reason);
  ASSERT_EQ(a.steps.size(), b.steps.size());
  for (std::size_t i = 0; i < a.steps.size(); ++i) {
    EXPECT_EQ(a.steps[i].name, b.steps[i].name);
    EXPECT_EQ(a.steps[i].state, b.steps[i].state);
    EXPECT_EQ(a.steps[i].exit_code, b.steps[i].exit_code);
    EXPECT_EQ(a.steps[i].duration_ms, b.steps[i].duration_ms);
  }
  EXPECT_EQ(a.revision_before, b.revision_before);
  EXPECT_EQ(a.revision_after, b.revision_after);
  EXPECT_EQ(a.started_at, b.started_at);
  EXPECT_EQ(a.finished_at, b.finished_at);
  EXPECT_EQ(a.output_bytes, b.output_bytes);
  EXPECT_EQ(a.order_id, b.order_id);
  EXPECT_EQ(a.wave, b.wave);
  EXPECT_EQ(a.undo, b.undo);
  EXPECT_EQ(a.first_order, b.first_order);
  EXPECT_EQ(a.addr, b.addr);
  EXPECT_EQ(a.order, b.order);
  EXPECT_EQ(a.delivery, b.delivery);
  EXPECT_EQ(a.spool_offset, b.spool_offset);
}

inline void expect_same(const Deployment& a, const Deployment& b) {
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.app, b.app);
  EXPECT_EQ(a.action, b.action);
  EXPECT_EQ(a.revision, b.revision);
  EXPECT_EQ(a.requested_revision, b.requested_revision);
  EXPECT_EQ(a.state, b.state);
  EXPECT_EQ(a.note, b.note);
  EXPECT_EQ(a.cancel_requested, b.cancel_requested);
  EXPECT_EQ(a.created_at, b.created_at);
  EXPECT_EQ(a.finished_at, b.finished_at);
  ASSERT_EQ(a.nodes.size(), b.nodes.size());
  for (std::size_t i = 0; i < a.nodes.size(); ++i) expect_same(a.nodes[i], b.nodes[i]);
}

inline std::unique_ptr<Store> open_store(const std::filesystem::path& directory) {
  auto store = Store::open(directory);
  if (!store) throw std::runtime_error(store.error().message);
  return std::move(*store);
}

}  // namespace slipway::server::store::test
