#include "base/text.h"
#include "server/http/handlers.h"
#include "server/http/output_body.h"
#include "server/http/output_headers.h"
#include "server/http/parameters.h"
#include "server/http/problem.h"
#include "server/http/range.h"

namespace slipway::server::http {
namespace {

struct OutputPlace {
  std::int64_t deployment = 0;
  std::string alias;
  std::string order_id;
  std::uint64_t size = 0;
};

// As the database has it: what the engine knows of beyond that is not yet in the file.
asio::awaitable<Checked<OutputPlace>> find_output(const HttpContext& context, std::int64_t id,
                                                  std::string alias) {
  const auto deployment = co_await context.database.run([id](store::Store& store) { return store.find(id); });
  if (!deployment) co_return problem(ProblemCode::not_found, fmt::format("there is no deployment {}", id));
  const store::DeploymentNode* node = deployment->find_node(alias);
  if (node == nullptr) {
    const std::string shown = base::printable(base::shorten(alias, 100));
    co_return problem(ProblemCode::not_found, fmt::format("deployment {} has no node \"{}\"", id, shown));
  }
  if (node->output_removed && node->output_bytes > 0)
    co_return problem(
        ProblemCode::gone,
        fmt::format("the output of {} in deployment {} ({} bytes) was removed, to keep the history "
                    "within \"max_bytes\"",
                    alias, id, node->output_bytes));
  co_return OutputPlace{id, std::move(alias), node->output_name(), node->output_bytes};
}

Response no_such_range(std::uint64_t size) {
  Response response = to_response({ProblemCode::range_not_satisfiable,
                                   fmt::format("the output has {} bytes; the range lies behind them", size)});
  response.headers.add("Content-Range", fmt::format("bytes */{}", size));
  return response;
}

Response send_range(const HttpContext& context, const OutputPlace& output, int status,
                    const ByteRange& range) {
  Response response{.status = status};
  response.headers = output_headers(output.deployment, output.alias);
  if (status == 206) response.headers.add("Content-Range", content_range(range, output.size));
  response.stream =
      std::make_unique<OutputBody>(context.database, output.order_id, range.offset, range.length);
  response.stream_length = range.length;
  return response;
}

}  // namespace

asio::awaitable<Response> get_output(const HttpContext& context, const Request& request) {
  const auto id = deployment_id_of(request);
  if (!id) co_return to_response(id.error());
  const auto output = co_await find_output(context, *id, request.parameter("alias"));
  if (!output) co_return to_response(output.error());
  // RFC 9110 knows ranges for GET only.
  const auto wanted =
      request.is_head() ? WholeBody{} : parse_range(request.headers.find("Range"), output->size);
  if (std::holds_alternative<NoSuchRange>(wanted)) co_return no_such_range(output->size);
  if (const auto* range = std::get_if<ByteRange>(&wanted))
    co_return send_range(context, *output, 206, *range);
  co_return send_range(context, *output, 200, {0, output->size});
}

}  // namespace slipway::server::http
