#include "server/http/handlers.h"
#include "server/http/problem.h"

namespace slipway::server::http {
namespace {

boost::json::object to_json(const config::Problem& problem) {
  return {{"line", problem.line}, {"column", problem.column}, {"text", problem.text}};
}

Response not_reloaded(const std::vector<config::Problem>& problems) {
  boost::json::array list;
  for (const config::Problem& problem : problems) list.push_back(to_json(problem));
  const config::Problem& first = problems.front();
  return to_response(
      {.code = ProblemCode::invalid,
       .detail = fmt::format("the configuration was not reloaded, and what was in force stays so; line "
                             "{}, column {}: {}",
                             first.line, first.column, first.text),
       .more = {{"problems", std::move(list)}}});
}

}  // namespace

asio::awaitable<Response> reload_config(const HttpContext& context, const Request&) {
  const config::Reload reload = co_await context.reload();
  if (!reload.possible()) co_return not_reloaded(reload.problems);
  boost::json::array changes;
  for (const std::string& change : reload.changes) changes.emplace_back(change);
  Response response = json_response(200, boost::json::object{{"changes", std::move(changes)}});
  response.audit_note = fmt::format("{} changes", reload.changes.size());
  co_return response;
}

}  // namespace slipway::server::http
