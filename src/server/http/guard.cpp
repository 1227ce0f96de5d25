#include "server/http/guard.h"

#include "base/text.h"
#include "server/http/credentials.h"
#include "server/http/origin_check.h"
#include "server/http/parameters.h"

namespace slipway::server::http {
namespace {

using access::Role;

std::string shown(std::string_view text) {
  return base::printable(base::shorten(text, 100));
}

Problem lacks_role(const access::Identity& who, Role least) {
  return {ProblemCode::forbidden,
          fmt::format("\"{}\" is {} here{}, and this needs at least {}; an admin can change the role",
                      shown(who.name), access::name_of(who.role),
                      who.label.empty() ? "" : fmt::format(" (token {})", shown(who.label)),
                      access::name_of(least)),
          {{"needs_role", access::name_of(least)}}};
}

Problem lacks_app(const access::Identity& who, const std::string& app) {
  return {
      ProblemCode::forbidden,
      fmt::format("\"{}\"{} is limited to other apps than \"{}\"; an admin can change that", shown(who.name),
                  who.label.empty() ? "" : fmt::format(" (token {})", shown(who.label)), shown(app)),
      {{"needs_app", base::to_utf8(app)}}};
}

// Every change, also one that was refused; and a read that was refused to somebody who is known. Who is not
// known has to log in first: a page asks before it shows the form.
bool is_worth_an_entry(const Route& route, const Request& request, const Response& response) {
  const bool refused = response.status == 403 && !request.who.name.empty();
  return !response.audit_quietly && (route.method != "GET" || refused);
}

std::string via_of(const access::Identity& who) {
  switch (who.via) {
    case access::Via::token:
      return "token " + who.label;
    case access::Via::proxy:
      return "proxy";
    case access::Via::session:
      return "session";
  }
  return "";
}

std::string result_of(int status) {
  if (status < 400) return "done";
  return status == 401 || status == 403 || status == 429 ? "refused" : "failed";
}

// The sentence of a problem document.
std::string detail_of(const Response& response) {
  boost::system::error_code error;
  const auto document = boost::json::parse(response.body, error);
  if (error || !document.is_object()) return {};
  const auto* detail = document.get_object().if_contains("detail");
  return detail != nullptr && detail->is_string() ? std::string(detail->get_string()) : std::string{};
}

}  // namespace

std::string target_of(std::string_view pattern, const Request& request) {
  constexpr std::string_view prefix = "/api/v1/";
  const std::size_t end = pattern.rfind('}');
  std::string_view left = end == std::string_view::npos ? pattern : pattern.substr(0, end + 1);
  if (left.starts_with(prefix)) left.remove_prefix(prefix.size());
  std::string target;
  while (!left.empty()) {
    const std::size_t open = std::min(left.find('{'), left.size());
    target += left.substr(0, open);
    left.remove_prefix(open);
    if (left.empty()) break;
    const std::size_t close = left.find('}');
    target += request.parameter(std::string{left.substr(1, close - 1)});
    left.remove_prefix(close + 1);
  }
  return target;
}

void Guard::place(Request& request) const {
  request.client = request.peer;
  if (!context_.access.proxy().trusts(request.peer)) return;
  if (auto address = forwarded_address(request.headers)) request.client = std::move(*address);
  const auto scheme = request.headers.find("X-Forwarded-Proto");
  request.secure |= scheme && equal_ignoring_case(*scheme, "https");
}

std::expected<access::Identity, Problem> Guard::identify(const Request& request) const {
  const auto credentials = credentials_of(request.headers, request.secure, context_.access.proxy().header);
  auto who = context_.access.identify(credentials, request.peer);
  if (!who) return std::unexpected(Problem{ProblemCode::unauthorized, who.error().message});
  if (who->via != access::Via::proxy) return std::move(*who);
  if (const auto foreign = check_proxied_host(request)) return std::unexpected(*foreign);
  return std::move(*who);
}

asio::awaitable<std::string> Guard::app_of(const Route& route, const Request& request) const {
  if (route.need.of() == Need::Of::app) co_return request.parameter("app");
  const auto id = deployment_id_of(request);
  if (!id) co_return std::string{};
  const auto app =
      co_await context_.database.run([id = *id](store::Store& store) { return store.app_of(id); });
  co_return app.value_or("");
}

asio::awaitable<std::expected<void, Problem>> Guard::admit(const Route& route, Request& request) const {
  if (route.need.nobody()) co_return std::expected<void, Problem>{};
  auto who = identify(request);
  if (!who) co_return std::unexpected(who.error());
  request.who = std::move(*who);
  // A role first: who may do nothing of this kind is not told which apps there are.
  if (request.who.role < route.need.least())
    co_return std::unexpected(lacks_role(request.who, route.need.least()));
  if (route.need.in_person() && request.who.via == access::Via::token)
    co_return std::unexpected(
        Problem{ProblemCode::forbidden, "an API token cannot do this; log in with name and password"});
  if (route.need.of() == Need::Of::server) co_return std::expected<void, Problem>{};
  request.app = co_await app_of(route, request);
  // A deployment that does not exist is told by its handler.
  if (request.app.empty() || request.who.sees(request.app)) co_return std::expected<void, Problem>{};
  co_return std::unexpected(lacks_app(request.who, request.app));
}

asio::awaitable<void> Guard::write_down(const Route& route, const Request& request,
                                        const Response& response) const {
  if (!is_worth_an_entry(route, request, response)) co_return;
  access::AuditEntry entry{.who = response.audit_who.empty() ? request.who.name : response.audit_who,
                           .via = request.who.name.empty() ? "" : via_of(request.who),
                           .origin = request.client,
                           .what = std::string{route.operation_id},
                           .target = target_of(route.pattern, request),
                           .app = request.app,
                           .result = result_of(response.status),
                           .detail = response.status < 400 ? response.audit_note : detail_of(response)};
  co_await context_.access.audit().record(std::move(entry));
}

}  // namespace slipway::server::http
