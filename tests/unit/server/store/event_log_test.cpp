#include "server/store/event_log.h"

#include <random>

#include "async/on_loop.h"
#include "async/task_group.h"
#include "server/store/database.h"
#include "server/store/fixture.h"

namespace slipway::server::store {
namespace {

using namespace std::chrono_literals;
using Ids = std::vector<std::int64_t>;

class EventLogTest : public slipway::test::OnLoop {
 protected:
  void SetUp() override {
    auto store = test::open_store(dir.path());
    (void)store->write({.created = {test::make_deployment(1), test::make_deployment(2)}});
    database.emplace(std::move(store));
    log.emplace(executor, *database, 0);
  }

  void TearDown() override {
    log.reset();
    database.reset();
    OnLoop::TearDown();
  }

  // Stores and publishes the next events, as the journal does.
  asio::awaitable<void> add(std::vector<EventPtr> events) {
    const auto written =
        co_await database->run([events](Store& store) { return store.write({.events = events}); });
    if (!written) throw std::runtime_error(written.error().message);
    log->publish(events);
  }

  void add_some(int count, std::size_t size = 10) {
    std::vector<EventPtr> events;
    for (int i = 0; i < count; ++i) events.push_back(next_event(size));
    wait_for(add(std::move(events)));
  }

  EventPtr next_event(std::size_t size) {
    const std::int64_t id = next_id++;
    const std::string data = "\"" + std::string(size, 'x') + "\"";
    if (id % 3 == 0) return test::make_event(id, {}, "node", data);
    return test::make_event(id, id % 3, "deployment", data);
  }

  // Everything that the filter wants, page by page.
  Ids read_all(std::int64_t after, EventFilter filter) {
    return wait_for([](EventLog& from, std::int64_t at, EventFilter wanted) -> asio::awaitable<Ids> {
      Ids ids;
      for (;;) {
        const auto page = co_await from.read(at, wanted);
        for (const EventPtr& event : page.events) ids.push_back(event->id);
        if (page.read_up_to <= at) co_return ids;
        at = page.read_up_to;
      }
    }(*log, after, filter));
  }

  Ids expected(std::int64_t after, EventFilter filter) {
    Ids ids;
    for (std::int64_t id = after + 1; id < next_id; ++id) {
      if (!filter.deployment || *filter.deployment == id % 3) ids.push_back(id);
    }
    return ids;
  }

  slipway::test::TempDir dir;
  std::optional<Database> database;
  std::optional<EventLog> log;
  std::int64_t next_id = 1;
};

TEST_F(EventLogTest, IsEmptyAtFirst) {
  EXPECT_EQ(log->last_id(), 0);
  EXPECT_EQ(read_all(0, {}), Ids{});
}

TEST_F(EventLogTest, TellsWhatComesAfterAnyPoint) {
  add_some(9);
  for (std::int64_t after = 0; after <= 9; ++after) {
    EXPECT_EQ(read_all(after, {}), expected(after, {})) << after;
    EXPECT_EQ(read_all(after, {1}), expected(after, {1})) << after;
  }
}

TEST_F(EventLogTest, TellsTheSameFromTheDatabaseAndFromMemory) {
  add_some(20);
  // As after a restart: the old events are in the database only.
  EventLog fresh(executor, *database, 20);
  for (std::int64_t after = 0; after <= 20; ++after) {
    for (const EventFilter filter : {EventFilter{}, EventFilter{1}, EventFilter{2}}) {
      const auto recent = wait_for(log->read(after, filter));
      const auto stored = wait_for(fresh.read(after, filter));
      EXPECT_EQ(recent.read_up_to, stored.read_up_to) << after;
      ASSERT_EQ(recent.events.size(), stored.events.size()) << after;
      for (std::size_t i = 0; i < recent.events.size(); ++i) {
        EXPECT_EQ(recent.events[i]->id, stored.events[i]->id);
        EXPECT_EQ(recent.events[i]->type, stored.events[i]->type);
        EXPECT_EQ(recent.events[i]->data, stored.events[i]->data);
        EXPECT_EQ(recent.events[i]->deployment, stored.events[i]->deployment);
      }
    }
  }
}

TEST_F(EventLogTest, ForgetsTheOldestInMemoryAndStillTellsThem) {
  // 20 MiB: more than is kept.
  for (int i = 0; i < 20; ++i) add_some(10, 100'000);
  for (const std::int64_t after : {0, 1, 99, 150, 199, 200})
    EXPECT_EQ(read_all(after, {}), expected(after, {})) << after;
}

TEST_F(EventLogTest, GivesManyEventsInPages) {
  add_some(1200, 1);
  const auto page = wait_for(log->read(0, {}));
  EXPECT_LT(page.events.size(), 1200U);
  EXPECT_EQ(page.read_up_to, page.events.back()->id);
  EXPECT_EQ(read_all(0, {}), expected(0, {}));
  EventLog fresh(executor, *database, 1200);
  EXPECT_LT(wait_for(fresh.read(0, {})).events.size(), 1200U);
}

TEST_F(EventLogTest, DoesNotTellWhatIsStoredButNotYetPublished) {
  add_some(3);
  EventLog fresh(executor, *database, 3);
  const std::vector<EventPtr> unpublished{test::make_event(4, {}), test::make_event(5, {})};
  wait_for([](Database& into, std::vector<EventPtr> events) -> asio::awaitable<void> {
    (void)co_await into.run([events](Store& store) { return store.write({.events = events}); });
  }(*database, unpublished));
  const auto page = wait_for(fresh.read(0, {}));
  EXPECT_EQ(page.events.size(), 3U);
  EXPECT_EQ(page.read_up_to, 3);
  fresh.publish(unpublished);
  EXPECT_EQ(wait_for(fresh.read(3, {})).events.size(), 2U);
}

TEST_F(EventLogTest, WakesWhoWaits) {
  async::TaskGroup tasks(executor);
  std::optional<bool> came;
  tasks.spawn([](EventLog& on, std::optional<bool>& result) -> asio::awaitable<void> {
    result = co_await on.wait(0, 1h);
  }(*log, came));
  run_ready();
  EXPECT_FALSE(came);
  add_some(1);
  wait_for(tasks.join());
  EXPECT_EQ(came, true);
}

TEST_F(EventLogTest, DoesNotWaitForWhatIsThere) {
  add_some(2);
  EXPECT_TRUE(wait_for(log->wait(1, 1h)));
}

TEST_F(EventLogTest, SaysThatNothingCameInTime) {
  add_some(2);
  EXPECT_FALSE(wait_for(log->wait(2, 1ms)));
}

// Reads as a browser's event stream does: follows at its own pace, from wherever it begins.
asio::awaitable<void> follow(EventLog& log, std::int64_t after, EventFilter filter, std::int64_t until,
                             std::uint32_t seed, Ids& ids) {
  std::mt19937 random(seed);
  while (after < until) {
    if (!co_await log.wait(after, 1h)) co_return;
    const auto page = co_await log.read(after, filter);
    for (const EventPtr& event : page.events) ids.push_back(event->id);
    after = page.read_up_to;
    if (random() % 4 == 0) co_await async::sleep_for(base::Millis{random() % 3});
  }
}

TEST_F(EventLogTest, LosesAndRepeatsNothingHoweverPublishingAndReadingInterleave) {
  constexpr std::int64_t total = 600;
  std::mt19937 random(4711);
  std::deque<Ids> seen;
  struct Reader {
    std::int64_t after;
    EventFilter filter;
  };
  std::vector<Reader> readers;
  async::TaskGroup tasks(executor);
  // Large events, so that memory holds only some of them and slow readers fall back to the database.
  while (next_id <= total) {
    if (readers.size() < 30) {
      readers.push_back({static_cast<std::int64_t>(random()) % next_id,
                         random() % 2 == 0 ? EventFilter{} : EventFilter{1}});
      seen.emplace_back();
      tasks.spawn(follow(*log, readers.back().after, readers.back().filter, total,
                         static_cast<std::uint32_t>(random()), seen.back()));
    }
    const auto count = std::min<std::int64_t>(1 + random() % 20, total - next_id + 1);
    add_some(static_cast<int>(count), 1000 + random() % 60'000);
  }
  wait_for(tasks.join());
  for (std::size_t i = 0; i < readers.size(); ++i) {
    EXPECT_EQ(seen[i], expected(readers[i].after, readers[i].filter))
        << "reader " << i << " from " << readers[i].after;
  }
}

}  // namespace
}  // namespace slipway::server::store
