// Questions of a server that are answered without an order: status, log, resolve.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <filesystem>

#include "agent/status_reader.h"
#include "base/error.h"
#include "wire/message.h"

namespace slipway::agent {

namespace asio = boost::asio;

// log and resolve: from the repository, wherever it is kept.
asio::awaitable<base::Result<wire::Answer>> answer_from_repository(wire::Query query,
                                                                   std::filesystem::path cache);

// The answer without its id. `cache` is where repositories may be kept whose working copy does not exist yet.
asio::awaitable<base::Result<wire::Answer>> answer_query(wire::Query query, std::filesystem::path cache,
                                                         StatusReader& status);

}  // namespace slipway::agent
