#include "server/http/views.h"

#include "base/text.h"
#include "json/map.h"
#include "server/store/journal.h"

namespace slipway::server::http {
namespace {

template <class T>
boost::json::value or_null(const std::optional<T>& value) {
  return json::encode_value(value, true);
}

boost::json::value time_or_null(const std::optional<base::Time>& time) {
  if (!time) return nullptr;
  return boost::json::string(base::to_rfc3339(*time));
}

boost::json::value masked_or_null(const std::optional<std::string>& text) {
  if (!text) return nullptr;
  return boost::json::string(base::mask_credentials(*text));
}

boost::json::value drift_or_null(const std::optional<fleet::Drift>& drift) {
  if (!drift) return nullptr;
  return boost::json::object{{"expected", drift->expected},
                             {"revision", or_null(drift->revision)},
                             {"modified_total", drift->modified_total},
                             {"reasons", json::encode_value(drift->reasons, true)}};
}

}  // namespace

boost::json::object to_json(const fleet::NodeView& node) {
  return {{"alias", node.alias},
          {"addr", node.addr},
          {"path", base::to_utf8(node.path)},
          {"trust", boost::describe::enum_to_string(node.trust, "")},
          {"online", node.online},
          {"reason", masked_or_null(node.reason)},
          {"revision", or_null(node.revision)},
          {"branch", or_null(node.branch)},
          {"modified", or_null(node.modified)},
          {"modified_total", or_null(node.modified_total)},
          {"modified_at", time_or_null(node.modified_at)},
          {"drift", drift_or_null(node.drift)},
          {"behind", node.behind},
          {"agent_version", or_null(node.agent_version)},
          {"os", or_null(node.os)},
          {"last_seen", time_or_null(node.last_seen)}};
}

boost::json::object to_json(const fleet::AgentView& agent) {
  const auto text = [](const std::optional<base::Fingerprint>& key) -> boost::json::value {
    return key ? boost::json::value(key->text()) : boost::json::value(nullptr);
  };
  boost::json::array nodes;
  for (const auto& [app, alias] : agent.nodes)
    nodes.push_back(boost::json::object{{"app", app}, {"node", alias}});
  return {{"id", agent.id},
          {"trust", boost::describe::enum_to_string(agent.trust, "")},
          {"fingerprint", text(agent.key.key)},
          {"dials", agent.key.dials},
          {"offered", text(agent.key.offered)},
          {"rejected", agent.key.rejected},
          {"offered_at", time_or_null(agent.key.offered_at)},
          {"first_seen", time_or_null(agent.key.first_seen)},
          {"confirmed_at", time_or_null(agent.key.confirmed_at)},
          {"confirmed_by", or_null(agent.key.confirmed_by)},
          {"online", agent.online},
          {"reason", masked_or_null(agent.reason)},
          {"host", or_null(agent.host)},
          {"os", or_null(agent.os)},
          {"version", or_null(agent.version)},
          {"last_seen", time_or_null(agent.last_seen)},
          {"nodes", std::move(nodes)}};
}

boost::json::object node_event(const std::string& app, const fleet::NodeView& node) {
  return {{"app", app}, {"node", to_json(node)}};
}

boost::json::object app_json(const HttpContext& context, const config::App& app) {
  boost::json::array nodes;
  for (const config::Node& node : app.nodes) nodes.push_back(to_json(context.fleet.view(app, node)));
  return {{"name", app.name},
          {"type", app.type == config::VcsType::git ? "git" : "svn"},
          {"url", base::mask_credentials(app.url)},
          {"branch", app.branch.empty() ? boost::json::value(nullptr) : boost::json::value(app.branch)},
          {"layout", app.releases ? "releases" : "in_place"},
          {"rollout", config::to_json(app.rollout)},
          {"nodes", std::move(nodes)},
          {"frozen", store::to_json(context.engine.frozen(app.name))},
          {"running_deployment", or_null(context.engine.running_deployment(app.name))},
          {"queue", boost::json::value_from(context.engine.queue(app.name))},
          {"last_deployment", or_null(context.engine.last_deployment(app.name))}};
}

}  // namespace slipway::server::http
