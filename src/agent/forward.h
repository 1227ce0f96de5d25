// Sends an order's spool over a link, from an offset on and as it grows.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <memory>

#include "agent/orders.h"
#include "base/log.h"
#include "net/link.h"

namespace slipway::agent {

// How much of one spool may be on its way without the server having said that it is stored.
inline constexpr std::uint64_t spool_window = std::uint64_t{256} << 10U;

// Ends when the whole spool was sent, or the link is closed. `acked` is what this link's server has
// acknowledged.
asio::awaitable<void> forward_spool(net::Link& link, std::shared_ptr<LiveOrder> order, std::uint64_t offset,
                                    std::shared_ptr<std::uint64_t> acked, base::Logger log);

}  // namespace slipway::agent
