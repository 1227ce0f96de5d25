// How nodes say that their agents are reached and believed: checks across several keys, and across nodes that
// share an agent.
#include <fmt/format.h>

#include <map>

#include "server/config/schemas.h"

namespace slipway::server::config {
namespace {

Position place_of(const NodeDraft& node, std::string_view key) {
  const Located* value = value_of(*node.source, key);
  return value == nullptr ? node.source->at : value->at;
}

void check_reached(const NodeDraft& node, const ConfigDraft& config, Report& report) {
  const Located* addr = value_of(*node.source, "addr");
  const Located* agent = value_of(*node.source, "agent");
  if (addr == nullptr && agent == nullptr)
    report.problem(
        node.source->at,
        "missing key \"addr\" in a node; expected \"host:port\", or \"agent\" with the name of an agent "
        "that dials this server");
  if (addr != nullptr && agent != nullptr)
    report.problem(agent->at,
                   "\"agent\": the node has an \"addr\" already; an agent is dialled, or it dials");
  if (agent != nullptr && !config.listen_agents)
    report.problem(agent->at,
                   "\"agent\": no agent can dial this server without \"listen_agents\" at the top, such "
                   "as \":8083\"");
}

void check_plaintext(const NodeDraft& node, Report& report) {
  if (!node.plaintext) return;
  const Position at = place_of(node, "plaintext");
  if (!node.agent.empty()) {
    report.problem(at, "\"plaintext\": an agent that dials is known by its key; remove \"plaintext\"");
  } else if (!node.addr.is_loopback()) {
    report.problem(at, fmt::format("\"plaintext\": {} is not a loopback address, and whoever is on the way "
                                   "could read and change everything; remove \"plaintext\", and start the "
                                   "agent with --trust",
                                   node.addr.text()));
  }
  if (node.fingerprint)
    report.problem(at,
                   "\"plaintext\": a plaintext link shows no key that could have the \"fingerprint\"; "
                   "remove one of the two");
}

// Two nodes at one address have one agent, which has one key.
void check_same_agent(const NodeDraft& first, const NodeDraft& node, Report& report) {
  const std::size_t line = first.source->at.line;
  if (first.plaintext != node.plaintext) {
    report.problem(place_of(node, "plaintext"),
                   fmt::format("\"plaintext\": the agent {} is reached {} by the node in line {}; a link "
                               "is one or the other",
                               node.agent_id(), first.plaintext ? "in plaintext" : "encrypted", line));
  }
  if (first.fingerprint && node.fingerprint && *first.fingerprint != *node.fingerprint) {
    report.problem(place_of(node, "fingerprint"),
                   fmt::format("\"fingerprint\": the agent {} has another one in the node in line {}; an "
                               "agent has one key",
                               node.agent_id(), line));
  }
}

}  // namespace

void check_links(const ConfigDraft& config, Report& report) {
  std::map<std::string, const NodeDraft*> seen;  // by address; one with a fingerprint, if there is any
  for (const AppDraft& app : config.drafts) {
    for (const NodeDraft& node : app.drafts) {
      check_reached(node, config, report);
      if (node.addr.port == 0 && node.agent.empty()) continue;
      check_plaintext(node, report);
      const auto [place, is_new] = seen.emplace(node.agent_id(), &node);
      if (is_new) continue;
      check_same_agent(*place->second, node, report);
      if (!place->second->fingerprint) place->second = &node;
    }
  }
}

}  // namespace slipway::server::config
