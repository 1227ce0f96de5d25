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

// What an app says for its nodes, and a node for itself.
struct CareDraft {
  // Absent: as the app says. Present and empty: none, whatever the app says.
  std::optional<Commands> before, after, before_back, after_back;
  std::optional<std::optional<HealthCheck>> health;
};

struct NodeDraft : Node, CareDraft {
  const Located* source = nullptr;
};

struct AppDraft : App, CareDraft {
  const Located* source = nullptr;
  std::optional<VcsType> known_type;
  Layout layout = Layout::in_place;
  Releases layout_settings;  // meaningful in the layout "releases"
  std::vector<NodeDraft> drafts;
};

struct ConfigDraft : Config {
  std::vector<AppDraft> drafts;
};

Schema<NodeDraft> node_schema();
Schema<Rollout> rollout_schema();
Schema<HealthCheck> health_check_schema();
Schema<History> history_schema();
KeyInfo secrets_key(std::string_view doc);
Schema<Auth> auth_schema();
Schema<AuthProxy> auth_proxy_schema();
Schema<Tls> tls_schema();
Schema<AppDraft> app_schema();
Schema<ConfigDraft> config_schema();

// An object of the schema, or null: none, whatever the app says.
void read_health_check(const Field& field, std::optional<std::optional<HealthCheck>>& result);

void read_auth(const Field& field, ConfigDraft& config);
void read_tls(const Field& field, ConfigDraft& config);

// How the code lies on a node.
std::vector<Key<AppDraft>> layout_keys();

// What concerns several keys at once, after all of them were read.
void check_links(const ConfigDraft& config, Report& report);
void check_layout(const AppDraft& app, Report& report);
void check_app(const AppDraft& app, Report& report);
void check_config(const ConfigDraft& config, const Located& root, Report& report);

Config finish(const ConfigDraft& draft, const fs::path& folder);

}  // namespace slipway::server::config
