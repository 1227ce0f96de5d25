// Keeps other people's web pages out, as long as there are no accounts: everyone who reaches the server may
// deploy, and a browser on the same machine reaches it for any page that is open in it.
#pragma once

#include <optional>

#include "server/http/problem.h"
#include "server/http/request.h"

namespace slipway::server::http {

// A reason to refuse the request:
//  - its Host is not a loopback name or address. A page of evil.example whose name was made to mean 127.0.0.1
//  (DNS
//    rebinding) is of one origin with what it asks here, and only the Host tells.
//  - it changes something and comes from another origin than the page of this server (cross-site request
//  forgery).
std::optional<Problem> check_origin(const Request& request);

}  // namespace slipway::server::http
