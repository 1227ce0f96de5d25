#include "server/store/history.h"

#include <algorithm>

#include "base/size.h"

namespace slipway::server::store {
namespace {

constexpr std::chrono::hours interval{1};
// A browser that slept for longer loads everything again.
constexpr std::chrono::days fleet_events_kept{1};

}  // namespace

History::History(asio::any_io_executor executor, Database& database, EventLog& events,
                 std::function<config::History()> limits, base::Logger log)
    : database_(database),
      events_(events),
      limits_(std::move(limits)),
      log_(std::move(log)),
      wake_(executor),
      tasks_(executor) {}

asio::awaitable<void> History::open() {
  struct Stored {
    std::int64_t removed_up_to = 0;
    std::optional<base::Time> newest;
  };
  const auto stored = co_await database_.run(
      [](Store& store) { return Stored{store.events_removed_up_to(), store.newest_time()}; });
  events_.set_removed_up_to(stored.removed_up_to);
  clock_.emplace(stored.newest, base::now(), std::chrono::steady_clock::now());
}

asio::awaitable<void> History::look_regularly() {
  for (;;) {
    try {
      co_await look();
    } catch (const boost::system::system_error&) {
      throw;  // cancelled
    } catch (const std::exception& error) {
      log_->error("the history could not be tidied, it is tried again in an hour: {}", error.what());
    }
    co_await wake_.wait_for(interval);
  }
}

asio::awaitable<void> History::look() {
  const auto now = clock_->believed(base::now(), std::chrono::steady_clock::now());
  if (!now)
    log_->warn("the clock has jumped ahead: nothing is removed by its age before it has stayed so for a day");
  auto past = co_await database_.run([](Store& store) { return store.past(); });
  const Done done = co_await remove(std::move(past), now);
  const auto old = now ? std::optional(*now - fleet_events_kept) : std::nullopt;
  co_await repeat([old](Store& store) { return store.remove_fleet_events(old); });
  co_await repeat([](Store& store) { return store.return_pages(); });
  tell(done, co_await database_.run([](Store& store) { return store.used_bytes(); }));
}

asio::awaitable<History::Done> History::remove(std::vector<Past> past, std::optional<base::Time> now) {
  Done done;
  for (;;) {
    const std::uint64_t used = co_await database_.run([](Store& store) { return store.used_bytes(); });
    const Removal removal = next_removal(past, limits_(), used, now);
    if (removal.what == Removal::What::nothing) co_return done;
    co_await remove_one(removal);
    const auto entry = std::ranges::find(past, removal.id, &Past::id);
    if (removal.what == Removal::What::output) {
      entry->has_output = false;
      ++done.outputs;
    } else {
      past.erase(entry);
      ++done.deployments;
    }
  }
}

asio::awaitable<void> History::remove_one(Removal removal) {
  co_await repeat([id = removal.id](Store& store) { return store.remove_events(id); });
  co_await repeat([id = removal.id](Store& store) { return store.remove_output(id); });
  if (removal.what == Removal::What::all)
    co_await database_.run([id = removal.id](Store& store) { return store.remove_deployment(id); });
  events_.set_removed_up_to(
      co_await database_.run([](Store& store) { return store.events_removed_up_to(); }));
}

template <class Step>
asio::awaitable<void> History::repeat(Step step) {
  while (co_await database_.run(step)) {
  }
}

void History::tell(const Done& done, std::uint64_t used) {
  const config::History limits = limits_();
  if (done.deployments > 0 || done.outputs > 0) {
    log_->info("history: removed {} deployments and the output of {} more; it keeps {} days and {}",
               done.deployments, done.outputs, limits.days.count(), base::format_size(limits.max_bytes));
  }
  const bool over = used > limits.max_bytes;
  if (over && !std::exchange(warned_, true)) {
    log_->warn("history: what is never removed takes {} MiB, more than \"max_bytes\" allows ({})",
               used >> 20U, base::format_size(limits.max_bytes));
  }
  warned_ = over;
}

}  // namespace slipway::server::store
