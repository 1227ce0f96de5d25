#include "server/store/event_log.h"

#include "server/store/database.h"

namespace slipway::server::store {
namespace {

// What is kept in memory for those who follow closely; the rest comes from the database.
constexpr std::size_t max_recent_bytes = std::size_t{8} << 20U;
constexpr int page_events = 500;
constexpr std::size_t page_bytes = std::size_t{1} << 20U;

}  // namespace

EventLog::EventLog(asio::any_io_executor executor, Database& database, std::int64_t last_id)
    : database_(database), last_id_(last_id), recent_from_(last_id), published_(std::move(executor)) {}

void EventLog::publish(std::vector<EventPtr> events) {
  if (events.empty()) return;
  for (EventPtr& event : events) {
    last_id_ = event->id;
    recent_bytes_ += event->data.size();
    recent_.push_back(std::move(event));
  }
  while (recent_bytes_ > max_recent_bytes && !recent_.empty()) {
    recent_bytes_ -= recent_.front()->data.size();
    recent_from_ = recent_.front()->id;
    recent_.pop_front();
  }
  published_.notify();
}

EventLog::Page EventLog::read_recent(std::int64_t after, const EventFilter& filter) const {
  Page page;
  page.read_up_to = last_id_;
  std::size_t bytes = 0;
  auto next = std::ranges::upper_bound(recent_, after, {}, [](const EventPtr& event) { return event->id; });
  for (; next != recent_.end(); ++next) {
    if (!filter.wants(**next)) continue;
    page.events.push_back(*next);
    bytes += (*next)->data.size();
    if (bytes <= page_bytes && page.events.size() < page_events) continue;
    page.read_up_to = (*next)->id;
    break;
  }
  return page;
}

asio::awaitable<EventLog::Page> EventLog::read(std::int64_t after, EventFilter filter) {
  if (after >= recent_from_) co_return read_recent(after, filter);
  // What is committed but not yet published must not be passed over nor told before its turn: it stays behind
  // last_id_.
  const std::int64_t newest = last_id_;
  auto stored = co_await database_.run(
      [after, filter](Store& store) { return store.events(after, filter, page_events, page_bytes); });
  std::erase_if(stored.events, [newest](const EventPtr& event) { return event->id > newest; });
  co_return Page{std::move(stored.events), std::min(stored.read_up_to, newest)};
}

asio::awaitable<bool> EventLog::wait(std::int64_t after, base::Millis limit) {
  if (last_id_ > after) co_return true;
  co_return co_await published_.wait_for(limit);
}

}  // namespace slipway::server::store
