#include "server/http/server.h"

namespace slipway::server::http {

HttpServer::HttpServer(const asio::any_io_executor& executor, HttpContext context, Limits limits)
    : context_(std::move(context)),
      site_(context_, routes()),
      listener_(executor, site_, limits, context_.log) {}

}  // namespace slipway::server::http
