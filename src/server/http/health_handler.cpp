#include <exception>

#include "server/http/handlers.h"
#include "server/http/problem.h"

namespace slipway::server::http {

asio::awaitable<Response> get_health(const HttpContext& context, const Request&) {
  std::string failure;
  try {
    co_await context.database.run([](store::Store& store) { return store.last_event_id(); });
  } catch (const boost::system::system_error& error) {
    if (error.code() == asio::error::operation_aborted) throw;
    failure = error.what();
  } catch (const std::exception& error) {
    failure = error.what();
  }
  if (failure.empty()) {
    co_return json_response(200, boost::json::object{{"status", "ok"}, {"version", context.version}});
  }
  context.log->error("the database does not answer: {}", failure);
  co_return to_response(
      {ProblemCode::unavailable, "the database does not answer; the server's log says more"});
}

}  // namespace slipway::server::http
