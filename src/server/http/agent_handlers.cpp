#include "server/http/body.h"
#include "server/http/handlers.h"
#include "server/http/problem.h"
#include "server/http/views.h"

namespace slipway::server::http {
namespace {

struct TrustRequest {
  std::string fingerprint;
};
BOOST_DESCRIBE_STRUCT(TrustRequest, (), (fingerprint))

Response no_such_agent(const std::string& id) {
  return to_response(problem(ProblemCode::not_found, fmt::format("there is no agent {}", id)).error());
}

Response answer(const HttpContext& context, const std::string& id, const base::Result<>& done) {
  if (!done) return to_response(to_problem(done.error()));
  const auto agent = context.fleet.agent(id);
  return agent ? json_response(200, to_json(*agent)) : no_such_agent(id);
}

// Whoever is limited to some apps sees the agents of these, and of each the nodes of these. None: not at all.
std::optional<fleet::AgentView> seen_by(const access::Identity& who, fleet::AgentView agent) {
  if (!who.apps) return agent;
  std::erase_if(agent.nodes, [&](const auto& node) { return !who.sees(node.first); });
  return agent.nodes.empty() ? std::nullopt : std::optional(std::move(agent));
}

}  // namespace

asio::awaitable<Response> list_agents(const HttpContext& context, const Request& request) {
  boost::json::array agents;
  for (fleet::AgentView& agent : context.fleet.agents()) {
    if (const auto seen = seen_by(request.who, std::move(agent))) agents.push_back(to_json(*seen));
  }
  co_return json_response(200, boost::json::object{{"agents", std::move(agents)}});
}

asio::awaitable<Response> trust_agent(const HttpContext& context, const Request& request) {
  const std::string& id = request.parameter("id");
  if (!context.fleet.agent(id)) co_return no_such_agent(id);
  const auto wanted = read_body<TrustRequest>(request);
  if (!wanted) co_return to_response(wanted.error());
  const auto key = base::parse_fingerprint(wanted->fingerprint);
  if (!key)
    co_return to_response(problem(ProblemCode::invalid, "fingerprint: " + key.error().message).error());
  Response response = answer(context, id, co_await context.fleet.trust(id, *key, request.who.name));
  response.audit_note = "the key " + key->text();
  co_return response;
}

asio::awaitable<Response> approve_agent(const HttpContext& context, const Request& request) {
  const std::string& id = request.parameter("id");
  if (!context.fleet.agent(id)) co_return no_such_agent(id);
  co_return answer(context, id, co_await context.fleet.approve(id, request.who.name));
}

asio::awaitable<Response> reject_agent(const HttpContext& context, const Request& request) {
  const std::string& id = request.parameter("id");
  if (!context.fleet.agent(id)) co_return no_such_agent(id);
  co_return answer(context, id, co_await context.fleet.reject(id, request.who.name));
}

}  // namespace slipway::server::http
