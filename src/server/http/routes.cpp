#include <array>

#include "server/http/handlers.h"
#include "server/http/router.h"

namespace slipway::server::http {

std::span<const Route> routes() {
  static constexpr std::array table{
      Route{"GET", "/healthz", "getHealth", get_health},
      Route{"POST", "/api/v1/config/reload", "reloadConfig", reload_config},
      Route{"GET", "/api/v1/apps", "listApps", list_apps},
      Route{"GET", "/api/v1/apps/{app}", "getApp", get_app},
      Route{"POST", "/api/v1/apps/{app}/freeze", "freezeApp", freeze_app},
      Route{"POST", "/api/v1/apps/{app}/unfreeze", "unfreezeApp", unfreeze_app},
      Route{"GET", "/api/v1/apps/{app}/commits", "listCommits", list_commits},
      Route{"POST", "/api/v1/apps/{app}/deployments", "createDeployment", create_deployment},
      Route{"GET", "/api/v1/agents", "listAgents", list_agents},
      Route{"POST", "/api/v1/agents/{id}/approve", "approveAgent", approve_agent},
      Route{"POST", "/api/v1/agents/{id}/reject", "rejectAgent", reject_agent},
      Route{"POST", "/api/v1/agents/{id}/trust", "trustAgent", trust_agent},
      Route{"GET", "/api/v1/deployments", "listDeployments", list_deployments},
      Route{"GET", "/api/v1/deployments/{id}", "getDeployment", get_deployment},
      Route{"POST", "/api/v1/deployments/{id}/cancel", "cancelDeployment", cancel_deployment},
      Route{"POST", "/api/v1/deployments/{id}/continue", "continueDeployment", continue_deployment},
      Route{"POST", "/api/v1/deployments/{id}/retry", "retryDeployment", retry_deployment},
      Route{"GET", "/api/v1/deployments/{id}/nodes/{alias}/output", "getOutput", get_output},
      Route{"GET", "/api/v1/events", "followEvents", follow_events},
      Route{"GET", "/api/v1/deployments/{id}/events", "followDeployment", follow_deployment},
  };
  return table;
}

}  // namespace slipway::server::http
