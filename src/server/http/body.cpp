#include "server/http/body.h"

#include <fmt/format.h>

#include "base/text.h"

namespace slipway::server::http {
namespace {

bool is_json(std::string_view content_type) {
  return equal_ignoring_case(base::trim(content_type.substr(0, content_type.find(';'))), "application/json");
}

base::Result<> check_no_nulls(const boost::json::value& body) {
  if (!body.is_object()) return {};
  for (const auto& [name, member] : body.get_object()) {
    if (member.is_null()) {
      return base::fail(base::ErrorCode::invalid, "{}: expected a value, found null; leave the member out",
                        base::printable(name));
    }
  }
  return {};
}

}  // namespace

Checked<json::value> read_json_body(const Request& request) {
  if (!is_json(request.headers.find("Content-Type").value_or(""))) {
    return problem(ProblemCode::unsupported_media_type,
                   "send the body as \"Content-Type: application/json\"");
  }
  const auto body = json::parse(request.body);
  if (!body) return problem(ProblemCode::bad_request, body.error().message);
  if (const auto nulls = check_no_nulls(*body); !nulls)
    return problem(ProblemCode::invalid, nulls.error().message);
  return *body;
}

}  // namespace slipway::server::http
