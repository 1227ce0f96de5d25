// What happened, in the order in which it was stored. docs/openapi.yaml: NodeEvent, DeploymentEvent, …
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace slipway::server::store {

// Where the bytes of an output event lie.
struct OutputPlace {
  std::string order_id;
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

struct Event {
  std::int64_t id = 0;
  std::optional<std::int64_t> deployment;  // none: it is about a node of the fleet
  std::string type;   // "node", "app", "config", "deployment", "deployment_node", "output"
  std::string data;   // JSON, one line; what a reader gets
  std::string facts;  // output: the data without the text, which is not stored twice
  std::optional<OutputPlace> output;
};

using EventPtr = std::shared_ptr<const Event>;

// Which events a reader wants.
struct EventFilter {
  std::optional<std::int64_t> deployment;  // all of this one deployment; none: everything but output

  bool wants(const Event& event) const {
    return deployment ? event.deployment == deployment : event.type != "output";
  }
};

}  // namespace slipway::server::store
