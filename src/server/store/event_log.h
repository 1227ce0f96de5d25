// The event log, as those who follow it see it: every event that was stored, once, in order, from any point
// on.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <deque>
#include <vector>

#include "async/event.h"
#include "server/store/event.h"

namespace slipway::server::store {

namespace asio = boost::asio;

class Database;

// One thread: the event loop's.
class EventLog {
 public:
  EventLog(asio::any_io_executor executor, Database& database, std::int64_t last_id);

  // The id of the newest event that is stored; 0 if there is none.
  std::int64_t last_id() const { return last_id_; }

  // Of the events up to this id, other than output, some are not there any more.
  std::int64_t removed_up_to() const { return removed_up_to_; }
  void set_removed_up_to(std::int64_t id) { removed_up_to_ = id; }

  struct Page {
    std::vector<EventPtr> events;  // in order; at most some hundred, or about a MiB
    std::int64_t read_up_to = 0;   // continue after this id; the filter passed over what lies between
  };

  // What the filter wants of the events after `after`; empty when there is nothing new. Recent events come
  // from memory, older ones from the database.
  asio::awaitable<Page> read(std::int64_t after, EventFilter filter);

  // Waits until there may be something after `after`; false when the limit was over first.
  asio::awaitable<bool> wait(std::int64_t after, base::Millis limit);

  // Ends every wait(), as if something had been stored: who waits looks around.
  void wake() { published_.notify(); }

  // The events of a transaction that was committed.
  void publish(std::vector<EventPtr> events);

 private:
  Page read_recent(std::int64_t after, const EventFilter& filter) const;

  Database& database_;
  std::int64_t last_id_;
  std::int64_t removed_up_to_ = 0;
  std::int64_t recent_from_;  // recent_ holds every event after this id
  std::deque<EventPtr> recent_;
  std::size_t recent_bytes_ = 0;
  async::Event published_;
};

}  // namespace slipway::server::store
