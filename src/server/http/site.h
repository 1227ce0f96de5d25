// The whole site: who may ask, the API, the page.
#pragma once

#include <span>

#include "server/http/guard.h"
#include "server/http/responder.h"
#include "server/http/router.h"

namespace slipway::server::http {

class Site : public Responder {
 public:
  Site(const HttpContext& context, std::span<const Route> table)
      : context_(context), table_(table), guard_(context) {}

  asio::awaitable<Response> respond(Request& request) override;

 private:
  asio::awaitable<Response> find(Request& request);
  asio::awaitable<Response> carry_out(const Route& route, Request& request);
  Response not_in_table(const Request& request) const;

  const HttpContext& context_;
  std::span<const Route> table_;
  Guard guard_;
};

}  // namespace slipway::server::http
