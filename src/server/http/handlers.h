// One handler for each operation of docs/openapi.yaml. The request and the context live until the response
// was sent.
#pragma once

#include "server/http/context.h"
#include "server/http/request.h"
#include "server/http/response.h"

namespace slipway::server::http {

asio::awaitable<Response> get_health(const HttpContext& context, const Request& request);

asio::awaitable<Response> log_in(const HttpContext& context, const Request& request);
asio::awaitable<Response> get_session(const HttpContext& context, const Request& request);
asio::awaitable<Response> log_out(const HttpContext& context, const Request& request);
asio::awaitable<Response> renew_session(const HttpContext& context, const Request& request);
asio::awaitable<Response> change_password(const HttpContext& context, const Request& request);

asio::awaitable<Response> list_users(const HttpContext& context, const Request& request);
asio::awaitable<Response> create_user(const HttpContext& context, const Request& request);
asio::awaitable<Response> change_user(const HttpContext& context, const Request& request);
asio::awaitable<Response> list_tokens(const HttpContext& context, const Request& request);
asio::awaitable<Response> create_token(const HttpContext& context, const Request& request);
asio::awaitable<Response> revoke_token(const HttpContext& context, const Request& request);
asio::awaitable<Response> list_audit(const HttpContext& context, const Request& request);

asio::awaitable<Response> reload_config(const HttpContext& context, const Request& request);

asio::awaitable<Response> list_apps(const HttpContext& context, const Request& request);
asio::awaitable<Response> get_app(const HttpContext& context, const Request& request);
asio::awaitable<Response> freeze_app(const HttpContext& context, const Request& request);
asio::awaitable<Response> unfreeze_app(const HttpContext& context, const Request& request);
asio::awaitable<Response> list_commits(const HttpContext& context, const Request& request);

asio::awaitable<Response> list_agents(const HttpContext& context, const Request& request);
asio::awaitable<Response> approve_agent(const HttpContext& context, const Request& request);
asio::awaitable<Response> reject_agent(const HttpContext& context, const Request& request);
asio::awaitable<Response> trust_agent(const HttpContext& context, const Request& request);

asio::awaitable<Response> create_deployment(const HttpContext& context, const Request& request);
asio::awaitable<Response> list_deployments(const HttpContext& context, const Request& request);
asio::awaitable<Response> get_deployment(const HttpContext& context, const Request& request);
asio::awaitable<Response> cancel_deployment(const HttpContext& context, const Request& request);
asio::awaitable<Response> retry_deployment(const HttpContext& context, const Request& request);
asio::awaitable<Response> continue_deployment(const HttpContext& context, const Request& request);

asio::awaitable<Response> get_output(const HttpContext& context, const Request& request);

asio::awaitable<Response> follow_events(const HttpContext& context, const Request& request);
asio::awaitable<Response> follow_deployment(const HttpContext& context, const Request& request);

}  // namespace slipway::server::http
