// Keeps other people's web pages out: a browser lends them its cookies and its place in the network.
#pragma once

#include <optional>

#include "server/http/problem.h"
#include "server/http/request.h"

namespace slipway::server::http {

// A reason to refuse a request that changes something: it comes from another origin than the page of this
// server (cross-site request forgery). SameSite cookies say the same; this holds also where a browser does
// not know them, and where a proxy names the person.
std::optional<Problem> check_origin(const Request& request);

// A reason not to believe a proxy: the Host is not a loopback name or an IP address. A page of evil.example
// whose name was made to mean 127.0.0.1 (DNS rebinding) is of one origin with what it asks here, may set any
// header, and in a browser on the proxy's own host it comes from the proxy's address; only the Host tells.
std::optional<Problem> check_proxied_host(const Request& request);

}  // namespace slipway::server::http
