#include <fmt/format.h>

#include "jsonc/reference.h"
#include "server/config/schemas.h"

namespace slipway::server::config {
using jsonc::reference_table;

std::string reference_markdown() {
  return fmt::format(
      "{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", reference_table("At the top", config_schema().infos()),
      reference_table("In a tls", tls_schema().infos()), reference_table("In an auth", auth_schema().infos()),
      reference_table("In a proxy", auth_proxy_schema().infos()),
      reference_table("In a history", history_schema().infos()),
      reference_table("In a secret", secret_schema().infos()),
      reference_table("In an app", app_schema().infos()),
      reference_table("In a rollout", rollout_schema().infos()),
      reference_table("In a health check", health_check_schema().infos()),
      reference_table("In a node", node_schema().infos()));
}

}  // namespace slipway::server::config
