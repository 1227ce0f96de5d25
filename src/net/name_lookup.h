// From the name of a host to the addresses that it stands for, without waiting for the system longer than the
// caller wants to: getaddrinfo() cannot be interrupted and may take minutes where name servers are out of
// reach.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/error.h"

namespace slipway::net {

namespace asio = boost::asio;

using Endpoints = std::vector<asio::ip::tcp::endpoint>;
// Asks the system and blocks; called on a thread of its own.
using Lookup = std::function<base::Result<Endpoints>(const std::string& host, std::uint16_t port)>;

base::Result<Endpoints> ask_system(const std::string& host, std::uint16_t port);

// What is an address already is taken as it is. Cancelling the coroutine ends the wait at once; the question
// goes on alone until the system answers, and its answer is dropped.
asio::awaitable<base::Result<Endpoints>> resolve(std::string host, std::uint16_t port,
                                                 Lookup lookup = ask_system);

}  // namespace slipway::net
