#include "server/http/body.h"
#include "server/http/handlers.h"
#include "server/http/parameters.h"
#include "server/http/problem.h"
#include "server/rollout/refusal.h"
#include "server/store/journal.h"

namespace slipway::server::http {
namespace {

boost::json::object to_json(const rollout::DeploymentPage& page) {
  boost::json::array deployments;
  for (const store::Deployment& deployment : page.deployments)
    deployments.push_back(store::to_json(deployment));
  return {{"deployments", std::move(deployments)}, {"more", page.more}};
}

// The "app" of the query, or those that the reader is limited to. An app that is not configured is only found
// as long as it has a history.
Checked<access::Apps> app_filter(const HttpContext& context, const Request& request) {
  const auto name = request.query("app");
  if (!name) return request.who.apps;
  if (!request.who.sees(*name))
    return problem(ProblemCode::forbidden, fmt::format("\"{}\" is limited to other apps", request.who.name));
  if (!context.engine.last_deployment(*name)) {
    const auto app = find_app(context.config, *name);
    if (!app) return std::unexpected(app.error());
  }
  return access::Apps{{*name}};
}

Response created(const store::Deployment& deployment) {
  Response response = json_response(202, store::to_json(deployment));
  response.audit_note =
      fmt::format("deployment {}: {} to {}", deployment.id, deployment.action, deployment.revision);
  response.headers.add("Location", fmt::format("/api/v1/deployments/{}", deployment.id));
  return response;
}

}  // namespace

asio::awaitable<Response> create_deployment(const HttpContext& context, const Request& request) {
  const auto app = find_app(context.config, request.parameter("app"));
  if (!app) co_return to_response(app.error());
  auto wanted = read_body<rollout::Request>(request);
  if (!wanted) co_return to_response(wanted.error());
  const auto deployment =
      co_await context.engine.create((*app)->name, std::move(*wanted), {.by = request.who.name});
  if (!deployment) co_return to_response(to_problem(deployment.error(), true));
  co_return created(*deployment);
}

asio::awaitable<Response> list_deployments(const HttpContext& context, const Request& request) {
  const auto app = app_filter(context, request);
  if (!app) co_return to_response(app.error());
  const auto limit = limit_of(request);
  if (!limit) co_return to_response(limit.error());
  const auto before = number_of(request, "before", 1);
  if (!before) co_return to_response(before.error());
  const auto page = co_await context.engine.list(*app, *limit, *before);
  co_return json_response(200, to_json(page));
}

asio::awaitable<Response> get_deployment(const HttpContext& context, const Request& request) {
  const auto id = deployment_id_of(request);
  if (!id) co_return to_response(id.error());
  const auto deployment = co_await context.engine.get(*id);
  if (!deployment) co_return to_response(to_problem(deployment.error(), false));
  co_return json_response(200, store::to_json(*deployment));
}

asio::awaitable<Response> cancel_deployment(const HttpContext& context, const Request& request) {
  const auto id = deployment_id_of(request);
  if (!id) co_return to_response(id.error());
  const auto deployment = co_await context.engine.cancel(*id, request.who.name);
  if (!deployment) co_return to_response(to_problem(deployment.error(), false));
  co_return json_response(202, store::to_json(*deployment));
}

asio::awaitable<Response> retry_deployment(const HttpContext& context, const Request& request) {
  const auto id = deployment_id_of(request);
  if (!id) co_return to_response(id.error());
  const auto deployment = co_await context.engine.retry(*id, request.who.name);
  if (!deployment) co_return to_response(to_problem(deployment.error(), false));
  co_return created(*deployment);
}

asio::awaitable<Response> continue_deployment(const HttpContext& context, const Request& request) {
  const auto id = deployment_id_of(request);
  if (!id) co_return to_response(id.error());
  const auto deployment = co_await context.engine.go_on(*id);
  if (!deployment) co_return to_response(to_problem(deployment.error(), false));
  co_return json_response(202, store::to_json(*deployment));
}

}  // namespace slipway::server::http
