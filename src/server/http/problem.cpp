#include "server/http/problem.h"

#include <boost/describe.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/text.h"
#include "server/rollout/refusal.h"

namespace slipway::server::http {
namespace {

std::string name_of(ProblemCode code) {
  return boost::describe::enum_to_string(code, "");
}

std::string_view title_of(ProblemCode code) {
  switch (code) {
    case ProblemCode::bad_request:
      return "The request is malformed";
    case ProblemCode::unauthorized:
      return "Log in first";
    case ProblemCode::forbidden:
      return "The request is not allowed";
    case ProblemCode::not_found:
      return "Not found";
    case ProblemCode::method_not_allowed:
      return "This address does not do that";
    case ProblemCode::request_timeout:
      return "The request took too long to arrive";
    case ProblemCode::conflict:
      return "Not possible now";
    case ProblemCode::gone:
      return "It is not there any more";
    case ProblemCode::too_large:
      return "The request is too large";
    case ProblemCode::unsupported_media_type:
      return "The body is not JSON";
    case ProblemCode::range_not_satisfiable:
      return "There is no such range";
    case ProblemCode::invalid:
      return "The request cannot be carried out";
    case ProblemCode::too_many_requests:
      return "Too many attempts";
    case ProblemCode::header_too_large:
      return "The request's header is too large";
    case ProblemCode::internal:
      return "The server failed";
    case ProblemCode::node_failed:
      return "A node could not answer";
    case ProblemCode::unavailable:
      return "The server cannot serve this now";
    case ProblemCode::no_node:
      return "No node is online";
    case ProblemCode::node_timeout:
      return "A node did not answer in time";
  }
  return "";
}

ProblemCode code_of(rollout::Refusal why, bool has_body) {
  switch (why) {
    case rollout::Refusal::invalid:
      return has_body ? ProblemCode::invalid : ProblemCode::bad_request;
    case rollout::Refusal::unknown_app:
    case rollout::Refusal::not_found:
      return ProblemCode::not_found;
    case rollout::Refusal::conflict:
      return ProblemCode::conflict;
    case rollout::Refusal::node_failed:
      return ProblemCode::node_failed;
    case rollout::Refusal::no_node:
      return ProblemCode::no_node;
    case rollout::Refusal::timeout:
      return ProblemCode::node_timeout;
  }
  return ProblemCode::internal;
}

}  // namespace

int status_of(ProblemCode code) {
  switch (code) {
    case ProblemCode::bad_request:
      return 400;
    case ProblemCode::unauthorized:
      return 401;
    case ProblemCode::forbidden:
      return 403;
    case ProblemCode::not_found:
      return 404;
    case ProblemCode::method_not_allowed:
      return 405;
    case ProblemCode::request_timeout:
      return 408;
    case ProblemCode::conflict:
      return 409;
    case ProblemCode::gone:
      return 410;
    case ProblemCode::too_large:
      return 413;
    case ProblemCode::unsupported_media_type:
      return 415;
    case ProblemCode::range_not_satisfiable:
      return 416;
    case ProblemCode::invalid:
      return 422;
    case ProblemCode::too_many_requests:
      return 429;
    case ProblemCode::header_too_large:
      return 431;
    case ProblemCode::internal:
      return 500;
    case ProblemCode::node_failed:
      return 502;
    case ProblemCode::unavailable:
    case ProblemCode::no_node:
      return 503;
    case ProblemCode::node_timeout:
      return 504;
  }
  return 500;
}

Response to_response(const Problem& problem) {
  const int status = status_of(problem.code);
  boost::json::object document{{"type", "/problems/" + name_of(problem.code)},
                               {"title", title_of(problem.code)},
                               {"status", status},
                               {"detail", base::mask_credentials(base::to_utf8(problem.detail))}};
  for (const auto& [name, value] : problem.more) document.emplace(name, value);
  Response response{.status = status,
                    .headers = {{"Content-Type", "application/problem+json"}},
                    .body = boost::json::serialize(document)};
  // RFC 9110 wants it; a browser asks nobody for a bearer's token.
  if (status == 401) response.headers.add("WWW-Authenticate", "Bearer realm=\"slipway\"");
  return response;
}

Problem to_problem(const base::Error& error) {
  switch (error.code) {
    case base::ErrorCode::not_found:
      return {ProblemCode::not_found, error.message};
    case base::ErrorCode::conflict:
      return {ProblemCode::conflict, error.message};
    case base::ErrorCode::unavailable:
      return {ProblemCode::unavailable, error.message};
    case base::ErrorCode::invalid:
      return {ProblemCode::invalid, error.message};
    default:
      return {ProblemCode::internal, error.message};
  }
}

Problem to_problem(const rollout::Refused& refused, bool has_body) {
  return {code_of(refused.why, has_body), refused.detail};
}

}  // namespace slipway::server::http
