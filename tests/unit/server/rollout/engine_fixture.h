// The engine with a real fleet, a real database and real sockets; only the agents are fakes.
#pragma once

#include "async/on_loop.h"
#include "base/temp_dir.h"
#include "server/fleet/fake_agent.h"
#include "server/fleet/test_links.h"
#include "server/rollout/engine.h"

namespace slipway::server::rollout {

using namespace std::chrono_literals;
using server::test::FakeAgent;
using store::Deployment;

// The parts of a server, as src/apps/server wires them; built again for a restart.
struct Parts {
  Parts(const asio::any_io_executor& executor, const config::Config& config,
        std::unique_ptr<store::Store> opened)
      : current(config),
        instance(opened->instance()),
        last_event(opened->last_event_id()),
        database(std::move(opened)),
        events(executor, database, last_event),
        journal(executor, database, events, base::make_null_logger(),
                [](const base::Error& error) { throw std::runtime_error(error.message); }),
        links(current, database),
        fleet(executor, current, links.credentials(instance), base::make_null_logger()),
        engine(executor, current, fleet, database, journal, base::make_null_logger()) {}

  config::Current current;
  std::string instance;
  std::int64_t last_event;
  store::Database database;
  store::EventLog events;
  store::Journal journal;
  server::test::TestLinks links;
  fleet::Fleet fleet;
  Engine engine;
};

class EngineTest : public slipway::test::OnLoop {
 protected:
  void SetUp() override {
    config.apps = {{.name = "shop", .url = "https://host/shop", .branch = "main"}};
    add_node("web1", one);
    add_node("web2", two);
    start();
  }

  void TearDown() override {
    stop();
    wait_for(one.stop());
    wait_for(two.stop());
    OnLoop::TearDown();
  }

  void add_node(std::string alias, const FakeAgent& agent) {
    config.apps[0].nodes.push_back(
        {.alias = std::move(alias), .addr = agent.address(), .plaintext = true, .path = "/srv/shop"});
  }

  void start() {
    auto opened = store::Store::open(dir.path());
    if (!opened) throw std::runtime_error(opened.error().message);
    parts.emplace(executor, config, std::move(*opened));
    parts->journal.start();
    wait_for(parts->engine.open());
    parts->fleet.start(parts->engine, [](const std::string&, const fleet::NodeView&) {});
  }

  void stop() {
    if (!parts) return;
    wait_for(parts->fleet.stop());
    wait_for(parts->engine.stop());
    wait_for(parts->journal.stop());
    parts.reset();
    run_ready();
  }

  void wait_online(const FakeAgent& agent) {
    run_until([&] { return parts->fleet.online(agent.address().text()); });
  }

  // A deployment to both nodes that are there, with the orders delivered.
  Deployment deploy() {
    wait_online(one);
    wait_online(two);
    const auto created = wait_for(parts->engine.create("shop", {.action = "update"}));
    if (!created) throw std::runtime_error(created.error().detail);
    run_until([&] { return !one.orders.empty() && !two.orders.empty(); });
    return *created;
  }

  void wait_followed(FakeAgent& agent) {
    run_until([&] { return !agent.orders.empty() && agent.kept[order_of(agent)].followed; });
  }

  Deployment get(std::int64_t id) { return wait_for(parts->engine.get(id)).value(); }

  // Until this holds for the deployment.
  template <class Condition>
  Deployment wait_until(std::int64_t id, Condition condition) {
    Deployment deployment = get(id);
    while (!condition(deployment)) {
      const std::int64_t seen = parts->events.last_id();
      deployment = get(id);
      if (!condition(deployment)) wait_for(parts->events.wait(seen, 20ms));
    }
    return deployment;
  }

  // The end. Everything that led to it is in the store by then.
  Deployment wait_for_end(std::int64_t id) {
    return wait_until(id, [](const Deployment& deployment) { return is_final(deployment.state); });
  }

  std::optional<Deployment> stored(std::int64_t id) {
    return wait_for(parts->database.run([id](store::Store& store) { return store.find(id); }));
  }

  std::string output(const std::string& order) {
    return wait_for(parts->database.run(
                        [order](store::Store& store) { return store.read_output(order, 0, 1 << 20); }))
        .value();
  }

  static std::string order_of(const FakeAgent& agent) { return agent.orders.at(0).id; }

  Refused refusal_of(Request request, std::string app = "shop") {
    const auto created = wait_for(parts->engine.create(std::move(app), std::move(request)));
    return created ? Refused{Refusal::invalid, "no refusal"} : created.error();
  }

  FakeAgent one{executor};
  FakeAgent two{executor};
  config::Config config;
  slipway::test::TempDir dir;
  std::optional<Parts> parts;
};

}  // namespace slipway::server::rollout
