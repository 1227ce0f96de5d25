#include "server/http/event_stream.h"
#include "server/http/handlers.h"
#include "server/http/parameters.h"
#include "server/http/problem.h"

namespace slipway::server::http {
namespace {

Response stream(const HttpContext& context, const Request& request, std::int64_t after,
                std::optional<std::int64_t> deployment, bool reset) {
  Response response;
  response.headers = {{"Content-Type", "text/event-stream"},
                      {"Cache-Control", "no-store"},
                      {"X-Accel-Buffering", "no"}};  // nginx passes every event on at once
  response.stream = std::make_unique<EventStream>(context, request.who, after, deployment, reset);
  response.close = true;
  return response;
}

}  // namespace

asio::awaitable<Response> follow_events(const HttpContext& context, const Request& request) {
  const auto last = last_event_id_of(request);
  if (!last) co_return to_response(last.error());
  // An id that was never given comes from before the database was replaced: go on with what happens next, and
  // say so.
  const std::int64_t newest = context.events.last_id();
  const std::int64_t after = last->value_or(newest);
  co_return stream(context, request, std::min(after, newest), std::nullopt, after > newest);
}

asio::awaitable<Response> follow_deployment(const HttpContext& context, const Request& request) {
  const auto last = last_event_id_of(request);
  if (!last) co_return to_response(last.error());
  const auto id = deployment_id_of(request);
  if (!id) co_return to_response(id.error());
  const auto deployment = co_await context.engine.get(*id);
  if (!deployment) co_return to_response(to_problem(deployment.error(), false));
  // Told from its beginning, it tells the whole truth, whatever the id was from.
  const std::int64_t after = last->value_or(0);
  co_return stream(context, request, after > context.events.last_id() ? 0 : after, *id, false);
}

}  // namespace slipway::server::http
