#include "server/http/event_stream.h"

#include <algorithm>

#include "server/http/event_format.h"

namespace slipway::server::http {
namespace {

constexpr std::chrono::seconds heartbeat_interval{15};

}  // namespace

asio::awaitable<base::Result<std::string>> EventStream::next() {
  if (ended_) co_return std::string{};
  if (!std::exchange(started_, true)) co_return stream_start() + (reset_ ? stream_reset() : "");
  for (;;) {
    // Without a word: whoever comes again is told why he may not.
    if (!context_.access.still_valid(reader_)) co_return std::string{};
    if (is_behind_the_history()) {
      after_ = context_.events.last_id();
      co_return stream_reset();
    }
    if (auto page = co_await read_page()) co_return std::move(*page);
    if (after_ < context_.events.last_id()) continue;
    if (final_) {
      ended_ = true;
      co_return stream_end();
    }
    if (std::exchange(ask_for_end_, false)) {
      // Read once more after it was seen: nothing that came before the end is left out.
      final_ = co_await deployment_is_final();
      continue;
    }
    if (!co_await context_.events.wait(after_, heartbeat_interval)) co_return heartbeat();
  }
}

// Some of what it would be told next was removed. The stream of a deployment ends with its end in any case.
bool EventStream::is_behind_the_history() const {
  return !filter_.deployment && after_ < context_.events.removed_up_to();
}

asio::awaitable<std::optional<std::string>> EventStream::read_page() {
  const auto page = co_await context_.events.read(after_, filter_);
  after_ = std::max(after_, page.read_up_to);
  if (page.events.empty()) co_return std::nullopt;
  // A deployment tells of its end: only then is there a reason to ask.
  if (filter_.deployment) {
    ask_for_end_ |=
        std::ranges::any_of(page.events, [](const auto& event) { return event->type == "deployment"; });
  }
  const auto readable = co_await readable_.of(page.events);
  if (readable.empty()) co_return std::nullopt;
  co_return format_events(readable);
}

// Asked of the database: there, the end is committed together with the events that tell of it, while the
// engine knows of it before they are published.
asio::awaitable<bool> EventStream::deployment_is_final() {
  const std::int64_t id = *filter_.deployment;
  co_return co_await context_.database.run([id](store::Store& store) {
    const auto deployment = store.find(id);
    return !deployment || store::is_final(deployment->state);
  });
}

}  // namespace slipway::server::http
