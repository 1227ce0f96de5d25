// Asks a URL for the status that it answers with, as a health check does.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "base/error.h"
#include "base/http_url.h"
#include "base/time.h"

namespace slipway::agent {

namespace asio = boost::asio;

// The status of the answer to one GET; a redirect is an answer like any other. Only the head of the answer is
// read, at most a few KiB, and nothing is believed of it. The error says what came instead of a status; its
// code is `timeout` when the limit was over.
asio::awaitable<base::Result<unsigned>> ask_status(base::HttpUrl url, base::Millis limit);

}  // namespace slipway::agent
