// Checks across several keys, and the last step from drafts to the configuration.
#include <fmt/format.h>

#include "server/config/schemas.h"

namespace slipway::server::config {
namespace {

void check_svn_has_url(const AppDraft& app, const Located* url, Report& report) {
  if (url == nullptr) {
    report.problem(app.source->at,
                   "missing key \"url\" in an app of type svn; expected the URL of the repository");
  } else if (url->kind == Kind::string && url->text.empty()) {
    report.problem(url->at,
                   "\"url\": the URL is empty; an app of type svn needs one, such as svn://host/project");
  }
}

void check_app_url(const AppDraft& app, Report& report) {
  const Located* url = value_of(*app.source, "url");
  if (*app.known_type == VcsType::svn) check_svn_has_url(app, url, report);
  if (app.url.empty()) return;
  const Complaint complaint = check_url(app.url, *app.known_type);
  if (complaint) report.problem(url->at, fmt::format("\"url\": {}", *complaint));
}

void check_app_branch(const AppDraft& app, Report& report) {
  if (app.branch.empty() || *app.known_type == VcsType::git) return;
  report.problem(value_of(*app.source, "branch")->at,
                 "\"branch\": only a git app has a branch; with svn it is a part of \"url\"");
}

void check_aliases(const AppDraft& app, Report& report) {
  FirstPlaces aliases;
  for (const NodeDraft& node : app.drafts) {
    if (node.alias.empty()) continue;
    const Position at = value_of(*node.source, "alias")->at;
    if (const auto first = aliases.add(node.alias, at)) {
      report.problem(at, fmt::format("\"alias\": {} is already the alias of the node in line {}",
                                     in_quotes(node.alias), first->line));
    }
  }
}

void check_canary(const AppDraft& app, Report& report) {
  if (app.rollout.canary <= app.drafts.size()) return;
  const Located& canary = *value_of(*value_of(*app.source, "rollout"), "canary");
  report.problem(canary.at, fmt::format("\"canary\": {} nodes are to go first, but the app has {}",
                                        app.rollout.canary, app.drafts.size()));
}

// Between the server and a proxy of its own, or on the host itself, nobody listens in.
void check_listening(const ConfigDraft& config, const Located& root, Report& report) {
  const Located* address = value_of(root, "listen_http");
  if (address == nullptr || config.listen_http.is_loopback() || config.tls || !config.auth.proxy.from.empty())
    return;
  report.warning(
      address->at,
      "\"listen_http\" is reached from other hosts, without encryption: whoever is on the way reads "
      "passwords and sessions, and can use them to run commands on every node; set \"tls\", or put a "
      "proxy with HTTPS in front and name it in \"auth\"");
}

void check_places(const AppDraft& app, Report& report) {
  FirstPlaces places;
  for (const NodeDraft& node : app.drafts) {
    if (node.path.empty() || (node.addr.port == 0 && node.agent.empty())) continue;
    const Position at = value_of(*node.source, "path")->at;
    const auto first = places.add(fmt::format("{} {}", node.agent_id(), path_key(node.path.string())), at);
    if (!first) continue;
    report.problem(at, fmt::format("\"path\": {} on {} is already the path of the node in line {}",
                                   in_quotes(node.path.string()), node.agent_id(), first->line));
  }
}

// A node's own value takes the place of its app's, key by key. Only where neither has a hook for going back
// do the deploy hooks serve, the node's before the app's again.
Node finish_node(const NodeDraft& draft, const AppDraft& app) {
  Node node = draft;
  node.before_deploy = draft.before ? *draft.before : app.before.value_or(Commands{});
  node.after_deploy = draft.after ? *draft.after : app.after.value_or(Commands{});
  node.before_rollback = draft.before_back ? draft.before_back : app.before_back;
  node.after_rollback = draft.after_back ? draft.after_back : app.after_back;
  node.health_check = draft.health ? *draft.health : app.health.value_or(std::nullopt);
  return node;
}

App finish_app(const AppDraft& draft) {
  App app = draft;
  app.type = draft.known_type.value_or(VcsType::git);
  if (draft.layout == Layout::releases) app.releases = draft.layout_settings;
  for (const NodeDraft& node : draft.drafts) app.nodes.push_back(finish_node(node, draft));
  return app;
}

}  // namespace

void check_app(const AppDraft& app, Report& report) {
  // Without the type there is nothing to say about what depends on it.
  if (app.known_type) {
    check_app_url(app, report);
    check_app_branch(app, report);
  }
  check_layout(app, report);
  check_aliases(app, report);
  check_canary(app, report);
  check_places(app, report);
  if (value_of(*app.source, "node") == nullptr && value_of(*app.source, "nodes") == nullptr) {
    report.warning(app.source->at, "this app has no \"node\": there is nothing to deploy");
  }
}

void check_config(const ConfigDraft& config, const Located& root, Report& report) {
  check_listening(config, root, report);
  FirstPlaces names;
  for (const AppDraft& app : config.drafts) {
    if (app.name.empty()) continue;
    const Position at = value_of(*app.source, "name")->at;
    if (const auto first = names.add(app.name, at)) {
      report.problem(at, fmt::format("\"name\": {} is already the name of the app in line {}",
                                     in_quotes(app.name), first->line));
    }
  }
  check_links(config, report);
  if (value_of(root, "apps") == nullptr)
    report.warning(root.at, "there are no \"apps\": there is nothing to deploy");
}

Config finish(const ConfigDraft& draft, const fs::path& folder) {
  Config config = draft;
  if (config.data_dir.empty()) config.data_dir = "slipway-data";
  config.data_dir = (folder / config.data_dir).lexically_normal();
  if (config.tls) {
    config.tls->cert = (folder / config.tls->cert).lexically_normal();
    config.tls->key = (folder / config.tls->key).lexically_normal();
  }
  for (const AppDraft& app : draft.drafts) {
    config.apps.push_back(finish_app(app));
    config.apps.back().secrets.insert(draft.secrets.begin(), draft.secrets.end());
  }
  return config;
}

}  // namespace slipway::server::config
