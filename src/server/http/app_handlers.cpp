#include "json/map.h"
#include "server/http/body.h"
#include "server/http/handlers.h"
#include "server/http/parameters.h"
#include "server/http/problem.h"
#include "server/http/views.h"

namespace slipway::server::http {
namespace {

constexpr std::size_t max_reason = 2000;

struct FreezeRequest {
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(FreezeRequest, (), (reason))

boost::json::object to_json(const rollout::CommitPage& page) {
  return {{"commits", json::encode_value(page.commits, true)}, {"node", page.node}, {"more", page.more}};
}

}  // namespace

asio::awaitable<Response> list_apps(const HttpContext& context, const Request& request) {
  boost::json::array apps;
  const config::ConfigPtr config = context.config.get();
  for (const config::App& app : config->apps) {
    if (request.who.sees(app.name)) apps.push_back(app_json(context, app));
  }
  co_return json_response(
      200, boost::json::object{{"apps", std::move(apps)}, {"last_event_id", context.events.last_id()}});
}

asio::awaitable<Response> get_app(const HttpContext& context, const Request& request) {
  const auto app = find_app(context.config, request.parameter("app"));
  if (!app) co_return to_response(app.error());
  co_return json_response(200, app_json(context, **app));
}

asio::awaitable<Response> freeze_app(const HttpContext& context, const Request& request) {
  const auto app = find_app(context.config, request.parameter("app"));
  if (!app) co_return to_response(app.error());
  const auto wanted = read_body<FreezeRequest>(request);
  if (!wanted) co_return to_response(wanted.error());
  if (character_count(wanted->reason) > max_reason)
    co_return to_response(
        problem(ProblemCode::invalid, fmt::format("reason: longer than {} characters", max_reason)).error());
  const auto done = co_await context.engine.freeze((*app)->name, wanted->reason, request.who.name);
  if (!done) co_return to_response(to_problem(done.error(), true));
  Response response = json_response(200, app_json(context, **app));
  response.audit_note = wanted->reason;
  co_return response;
}

asio::awaitable<Response> unfreeze_app(const HttpContext& context, const Request& request) {
  const auto app = find_app(context.config, request.parameter("app"));
  if (!app) co_return to_response(app.error());
  const auto done = co_await context.engine.unfreeze((*app)->name, request.who.name);
  if (!done) co_return to_response(to_problem(done.error(), false));
  co_return json_response(200, app_json(context, **app));
}

asio::awaitable<Response> list_commits(const HttpContext& context, const Request& request) {
  const auto app = find_app(context.config, request.parameter("app"));
  if (!app) co_return to_response(app.error());
  const auto limit = limit_of(request);
  if (!limit) co_return to_response(limit.error());
  const auto before = before_revision_of(request);
  if (!before) co_return to_response(before.error());
  const auto page = co_await context.engine.commits((*app)->name, *limit, *before);
  if (!page) co_return to_response(to_problem(page.error(), false));
  co_return json_response(200, to_json(*page));
}

}  // namespace slipway::server::http
