#include "server/http/event_format.h"

#include <fmt/format.h>

#include <iterator>

namespace slipway::server::http {

std::string stream_start() {
  return ": connected\nretry: 2000\n\n";
}
std::string heartbeat() {
  // An event and not a comment: a page cannot see comments, and must notice a connection that is dead.
  return "event: ping\ndata: {}\n\n";
}
std::string stream_reset() {
  return "event: reset\ndata: {}\n\n";
}
std::string stream_end() {
  return "event: end\ndata: {}\n\n";
}

std::string format_events(const std::vector<store::EventPtr>& events) {
  std::string text;
  for (const store::EventPtr& event : events) {
    fmt::format_to(std::back_inserter(text), "id: {}\nevent: {}\ndata: {}\n\n", event->id, event->type,
                   event->data);
  }
  return text;
}

}  // namespace slipway::server::http
