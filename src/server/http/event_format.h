// Server-Sent Events as bytes (https://html.spec.whatwg.org/multipage/server-sent-events.html).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/store/event.h"

namespace slipway::server::http {

// Sent at once, so that the browser knows that the stream is open; and how long it waits before it connects
// again.
std::string stream_start();
std::string heartbeat();
// Of a stream whose reader came with an id that was never given.
std::string stream_reset();
std::string stream_end();

// Each with its id, so that a reader can go on after any of them.
std::string format_events(const std::vector<store::EventPtr>& events);

}  // namespace slipway::server::http
