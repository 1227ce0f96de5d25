// The parameters of path and query, checked against docs/openapi.yaml.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "server/config/current.h"
#include "server/http/problem.h"
#include "server/http/request.h"

namespace slipway::server::http {

template <class T>
using Checked = std::expected<T, Problem>;

std::unexpected<Problem> problem(ProblemCode code, std::string detail);

// Digits only, without a sign.
std::optional<std::int64_t> parse_number(std::string_view text);

// "limit": 1 to 200, 20 if it is not given.
Checked<int> limit_of(const Request& request);

// A whole number of at least `minimum`, if the query has it.
Checked<std::optional<std::int64_t>> number_of(const Request& request, const std::string& name,
                                               std::int64_t minimum);

// {id}; what no deployment can be called is not found.
Checked<std::int64_t> deployment_id_of(const Request& request);

// "before" of a list of commits.
Checked<std::optional<std::string>> before_revision_of(const Request& request);

// {app}, as the configuration has it now.
Checked<config::AppPtr> find_app(const config::Current& config, const std::string& name);

// Where a stream of events goes on: the header Last-Event-ID, which a browser sets when it connects again, or
// the query's last_event_id.
Checked<std::optional<std::int64_t>> last_event_id_of(const Request& request);

// How many characters, as JSON Schema counts them.
std::size_t character_count(std::string_view text);

}  // namespace slipway::server::http
