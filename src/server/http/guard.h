// Lets in who may, tells the others what they lack, and has every change and every refusal written down.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <expected>

#include "server/http/context.h"
#include "server/http/problem.h"
#include "server/http/request.h"
#include "server/http/router.h"

namespace slipway::server::http {

class Guard {
 public:
  explicit Guard(const HttpContext& context) : context_(context) {}

  // Where the request comes from, as far as it can be believed: sets client and secure.
  void place(Request& request) const;

  // Sets who, and app where the route is about one.
  asio::awaitable<std::expected<void, Problem>> admit(const Route& route, Request& request) const;

  // In the audit log, if it belongs there. Before the answer is sent.
  asio::awaitable<void> write_down(const Route& route, const Request& request,
                                   const Response& response) const;

 private:
  std::expected<access::Identity, Problem> identify(const Request& request) const;
  asio::awaitable<std::string> app_of(const Route& route, const Request& request) const;

  const HttpContext& context_;
};

// "apps/shop" for /api/v1/apps/{app}/freeze: up to the last parameter.
std::string target_of(std::string_view pattern, const Request& request);

}  // namespace slipway::server::http
