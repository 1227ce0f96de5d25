// Errors as RFC 9457 problem documents, and the one table from what went wrong to the HTTP status.
#pragma once

#include <boost/describe/enum.hpp>
#include <boost/json/object.hpp>
#include <string>

#include "server/http/response.h"

namespace slipway::server::rollout {
struct Refused;
}

namespace slipway::server::http {

// The name of each is the last part of the document's "type": /problems/not_found.
BOOST_DEFINE_ENUM_CLASS(ProblemCode, bad_request, unauthorized, forbidden, not_found, method_not_allowed,
                        request_timeout, conflict, gone, too_large, unsupported_media_type,
                        range_not_satisfiable, invalid, too_many_requests, header_too_large, internal,
                        node_failed, unavailable, no_node, node_timeout)

struct Problem {
  ProblemCode code = ProblemCode::internal;
  std::string detail;             // a sentence that says what happened and what to do
  boost::json::object more = {};  // further members of the document
};

int status_of(ProblemCode code);

// Credentials in the detail are masked.
Response to_response(const Problem& problem);

// What was refused, told to somebody who may ask again with other words.
Problem to_problem(const base::Error& error);

// What the engine refused. A request that cannot be meant is 422 if it has a body to correct, else 400.
Problem to_problem(const rollout::Refused& refused, bool has_body);

}  // namespace slipway::server::http
