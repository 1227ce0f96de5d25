// The descriptions of all objects in server.json, from the inside out, and what is read before it is
// complete.
#pragma once

#include <optional>
#include <vector>

#include "server/config/config.h"
#include "server/config/layout.h"
#include "server/config/schema.h"
#include "server/config/values.h"

namespace slipway::server::config {

struct NodeDraft : Node {
  const Located* source = nullptr;
  // Absent: as the app says. Present and empty: none, whatever the app says.
  std::optional<Commands> before, after;
};

struct AppDraft : App {
  const Located* source = nullptr;
  std::optional<VcsType> known_type;
  std::optional<Commands> before, after;
  Layout layout = Layout::in_place;
  Releases layout_settings;  // meaningful in the layout "releases"
  std::vector<NodeDraft> drafts;
};

struct ConfigDraft : Config {
  std::vector<AppDraft> drafts;
};

Schema<NodeDraft> node_schema();
Schema<Rollout> rollout_schema();
Schema<AppDraft> app_schema();
Schema<ConfigDraft> config_schema();

// Both hooks, the same keys for an app and for a node.
KeyInfo before_deploy_key();
KeyInfo after_deploy_key();

// How the code lies on a node.
std::vector<Key<AppDraft>> layout_keys();

// What concerns several keys at once, after all of them were read.
void check_layout(const AppDraft& app, Report& report);
void check_app(const AppDraft& app, Report& report);
void check_config(const ConfigDraft& config, const Located& root, Report& report);

Config finish(const ConfigDraft& draft, const fs::path& folder);

}  // namespace slipway::server::config
