#include "server/http/site.h"

#include "base/text.h"
#include "server/http/origin_check.h"
#include "server/http/page.h"
#include "server/http/problem.h"

namespace slipway::server::http {
namespace {

std::string shown(const Request& request) {
  return base::printable(base::shorten(request.target.path, 200));
}

Response not_allowed(const Request& request, const std::string& allowed) {
  Response response = to_response({ProblemCode::method_not_allowed,
                                   fmt::format("{} does not answer {}; it answers {}", shown(request),
                                               base::printable(base::shorten(request.method, 40)), allowed)});
  response.headers.add("Allow", allowed);
  return response;
}

}  // namespace

asio::awaitable<Response> Site::respond(Request& request) {
  guard_.place(request);
  Response response = co_await find(request);
  response.secure = request.secure;
  co_return response;
}

asio::awaitable<Response> Site::find(Request& request) {
  auto found = find_route(table_, request.method, request.target.segments);
  if (const auto* wrong = std::get_if<NoSuchMethod>(&found)) co_return not_allowed(request, wrong->allowed);
  auto* match = std::get_if<Match>(&found);
  if (match == nullptr) co_return not_in_table(request);
  request.parameters = std::move(match->parameters);
  Response response = co_await carry_out(*match->route, request);
  co_await guard_.write_down(*match->route, request, response);
  co_return response;
}

asio::awaitable<Response> Site::carry_out(const Route& route, Request& request) {
  if (const auto problem = check_origin(request)) co_return to_response(*problem);
  if (const auto admitted = co_await guard_.admit(route, request); !admitted)
    co_return to_response(admitted.error());
  co_return co_await route.handler(context_, request);
}

Response Site::not_in_table(const Request& request) const {
  auto page = find_page(request);
  if (!page) {
    return to_response(
        {ProblemCode::not_found,
         fmt::format("there is nothing at {}; the API is described in docs/openapi.yaml", shown(request))});
  }
  if (request.method != "GET" && !request.is_head()) return not_allowed(request, "GET, HEAD");
  return std::move(*page);
}

}  // namespace slipway::server::http
