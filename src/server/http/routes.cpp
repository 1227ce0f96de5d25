#include <array>

#include "server/http/handlers.h"
#include "server/http/router.h"

namespace slipway::server::http {

std::span<const Route> routes() {
  static constexpr std::array table{
      Route{"GET", "/healthz", "getHealth", get_health, open_to_all},
      Route{"POST", "/api/v1/session", "logIn", log_in, open_to_all},
      Route{"GET", "/api/v1/session", "getSession", get_session, own},
      Route{"DELETE", "/api/v1/session", "logOut", log_out, own},
      Route{"POST", "/api/v1/session/renewal", "renewSession", renew_session, open_to_all},
      Route{"POST", "/api/v1/session/password", "changePassword", change_password, own_in_person},
      Route{"GET", "/api/v1/users", "listUsers", list_users, admin},
      Route{"POST", "/api/v1/users", "createUser", create_user, admin_in_person},
      Route{"PATCH", "/api/v1/users/{name}", "changeUser", change_user, admin_in_person},
      Route{"GET", "/api/v1/tokens", "listTokens", list_tokens, own},
      Route{"POST", "/api/v1/tokens", "createToken", create_token, own_in_person},
      Route{"DELETE", "/api/v1/tokens/{id}", "revokeToken", revoke_token, own_in_person},
      Route{"GET", "/api/v1/audit", "listAudit", list_audit, admin},
      Route{"POST", "/api/v1/config/reload", "reloadConfig", reload_config, admin},
      Route{"GET", "/api/v1/apps", "listApps", list_apps, viewer},
      Route{"GET", "/api/v1/apps/{app}", "getApp", get_app, app_viewer},
      Route{"POST", "/api/v1/apps/{app}/freeze", "freezeApp", freeze_app, app_deployer},
      Route{"POST", "/api/v1/apps/{app}/unfreeze", "unfreezeApp", unfreeze_app, app_deployer},
      Route{"GET", "/api/v1/apps/{app}/commits", "listCommits", list_commits, app_viewer},
      Route{"POST", "/api/v1/apps/{app}/deployments", "createDeployment", create_deployment, app_deployer},
      Route{"GET", "/api/v1/agents", "listAgents", list_agents, viewer},
      Route{"POST", "/api/v1/agents/{id}/approve", "approveAgent", approve_agent, admin},
      Route{"POST", "/api/v1/agents/{id}/reject", "rejectAgent", reject_agent, admin},
      Route{"POST", "/api/v1/agents/{id}/trust", "trustAgent", trust_agent, admin},
      Route{"GET", "/api/v1/deployments", "listDeployments", list_deployments, viewer},
      Route{"GET", "/api/v1/deployments/{id}", "getDeployment", get_deployment, deployment_viewer},
      Route{"POST", "/api/v1/deployments/{id}/cancel", "cancelDeployment", cancel_deployment,
            deployment_deployer},
      Route{"POST", "/api/v1/deployments/{id}/continue", "continueDeployment", continue_deployment,
            deployment_deployer},
      Route{"POST", "/api/v1/deployments/{id}/retry", "retryDeployment", retry_deployment,
            deployment_deployer},
      Route{"GET", "/api/v1/deployments/{id}/nodes/{alias}/output", "getOutput", get_output,
            deployment_viewer},
      Route{"GET", "/api/v1/events", "followEvents", follow_events, viewer},
      Route{"GET", "/api/v1/deployments/{id}/events", "followDeployment", follow_deployment,
            deployment_viewer},
  };
  return table;
}

}  // namespace slipway::server::http
