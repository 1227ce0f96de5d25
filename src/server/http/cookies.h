// The cookies of a session.
#pragma once

#include "server/access/access.h"
#include "server/http/request.h"
#include "server/http/response.h"

namespace slipway::server::http {

// The session itself lasts as long as its token; what renews it goes only to the address that does so; the
// device is remembered for a year, for the limits of logins.
void set_cookies(Response& response, const Request& request, const access::Grant& grant);
void clear_cookies(Response& response, const Request& request);

}  // namespace slipway::server::http
