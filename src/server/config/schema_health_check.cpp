#include <fmt/format.h>

#include "base/http_url.h"
#include "server/config/schemas.h"

namespace slipway::server::config {
namespace {

void read_http(const Field& field, std::optional<std::string>& result) {
  std::string text;
  read_text(field, text);
  if (field.value.kind != Kind::string) return;
  const auto url = base::parse_http_url(text);
  if (!url) return field.problem(url.error().message);
  result = std::move(text);
}

void read_tcp(const Field& field, std::optional<std::string>& result) {
  if (const auto address = dialled_address(field)) result = address->text();
}

void read_check_command(const Field& field, std::optional<std::string>& result) {
  std::optional<Commands> commands;
  if (field.value.kind != Kind::string) return field.unexpected();
  read_commands(field, commands);
  if (commands && commands->empty()) return field.problem("the command is empty");
  if (commands) result = commands->front();
}

void read_number(const Field& field, std::int64_t least, std::int64_t most, std::uint32_t& result) {
  if (field.value.kind != Kind::integer) return field.unexpected();
  if (field.value.integer < least || field.value.integer > most) return field.unexpected();
  result = static_cast<std::uint32_t>(field.value.integer);
}

void read_expect(const Field& field, std::optional<std::uint32_t>& result) {
  std::uint32_t status = 0;
  read_number(field, 200, 599, status);
  if (status != 0) result = status;
}

void read_healthy(const Field& field, std::uint32_t& result) {
  read_number(field, 1, 1'000'000, result);
}

void check_kinds(const Located& source, Report& report) {
  const Located* expect = value_of(source, "expect");
  if (expect != nullptr && value_of(source, "http") == nullptr)
    report.problem(expect->at,
                   "\"expect\": only \"http\" answers with a status; expected \"http\" beside it");
  else if (value_of(source, "http") == nullptr && value_of(source, "tcp") == nullptr &&
           value_of(source, "command") == nullptr)
    report.problem(source.at, "a health check checks nothing; expected \"http\", \"tcp\" or \"command\"");
}

// Where a person looks first: at the number that was written.
Position place_of_times(const Located& source) {
  for (const char* key : {"healthy", "interval", "timeout"}) {
    if (const Located* value = value_of(source, key)) return value->at;
  }
  return source.at;
}

void check_times(const HealthCheck& check, const Located& source, Report& report) {
  if (check.interval * static_cast<std::int64_t>(check.healthy) <= check.timeout) return;
  report.problem(place_of_times(source),
                 fmt::format("a node cannot be seen healthy {} times, {} apart, within {}; expected a longer "
                             "\"timeout\", or less of the others",
                             check.healthy, base::format_duration(check.interval),
                             base::format_duration(check.timeout)));
}

}  // namespace

Schema<HealthCheck> health_check_schema() {
  return {
      "a health check",
      {{{.name = "http",
         .value = "a URL that begins with http://",
         .doc =
             "Asked by GET from the node itself; a redirect is not followed, an answer may take 5 seconds."},
        into(&HealthCheck::http, read_http)},
       {{.name = "expect",
         .value = "a status from 200 to 599",
         .fallback = "200",
         .doc = "The status that `http` is to answer with."},
        into(&HealthCheck::expect, read_expect)},
       {{.name = "tcp", .value = "\"host:port\"", .doc = "Accepts a connection within 5 seconds."},
        into(&HealthCheck::tcp, read_tcp)},
       {{.name = "command",
         .value = "a shell command",
         .doc = "Ends with exit code 0; it runs as hooks do, and what it prints is in the output."},
        into(&HealthCheck::command, read_check_command)},
       {{.name = "interval",
         .value = "a duration such as \"1s\", or whole seconds",
         .fallback = "\"1s\"",
         .doc = "From the beginning of one attempt to that of the next; more than 0, at most 7 days."},
        into(&HealthCheck::interval, read_timeout)},
       {{.name = "timeout",
         .value = "a duration such as \"30s\", or whole seconds",
         .fallback = "\"30s\"",
         .doc = "The time for all attempts together; at least `healthy` times `interval`, at most 7 days."},
        into(&HealthCheck::timeout, read_timeout)},
       {{.name = "healthy",
         .value = "a whole number from 1 on",
         .fallback = "1",
         .doc = "So many times in a row all checks must succeed."},
        into(&HealthCheck::healthy, read_healthy)}}};
}

void read_health_check(const Field& field, std::optional<std::optional<HealthCheck>>& result) {
  if (field.value.kind == Kind::null) {
    result.emplace(std::nullopt);
    return;
  }
  HealthCheck check;
  if (!read_object(health_check_schema(), field.value, field.report, check)) return;
  check_kinds(field.value, field.report);
  check_times(check, field.value, field.report);
  result.emplace(std::move(check));
}

}  // namespace slipway::server::config
