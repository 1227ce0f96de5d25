#include "agent/status_reader.h"

#include "async/on_loop.h"

namespace slipway::agent {
namespace {

using namespace std::chrono_literals;

// Working copies whose clock stands still unless the test or a search moves it.
struct FakeCopies : WorkingCopies {
  explicit FakeCopies(asio::any_io_executor executor) : opened(std::move(executor)) {}

  std::string stamp(const vcs::Spec&) override { return stamp_now; }
  asio::awaitable<base::Result<vcs::Status>> head(vcs::Spec) override {
    co_return vcs::Status{.revision = revision, .branch = "main"};
  }
  asio::awaitable<base::Result<vcs::Status>> search(vcs::Spec) override {
    ++searches;
    while (closed) co_await opened.wait();
    clock += takes;
    if (fails) co_return base::fail(base::ErrorCode::io, "the disk is gone");
    co_return vcs::Status{
        .revision = revision, .branch = "main", .modified = modified, .modified_total = modified.size()};
  }
  Clock::time_point now() override { return clock; }

  void open() {
    closed = false;
    opened.notify();
  }

  std::string stamp_now = "1";
  std::string revision = "r1";
  std::vector<std::string> modified;
  Clock::duration takes = 1s;
  bool fails = false;
  bool closed = false;  // a search does not end
  async::Event opened;
  int searches = 0;
  Clock::time_point clock{};
};

class AStatusReader : public slipway::test::OnLoop {
 protected:
  AStatusReader() : AStatusReader(StatusReader::patience) {}
  explicit AStatusReader(base::Millis patience) {
    auto made = std::make_unique<FakeCopies>(executor);
    copies = made.get();
    reader = std::make_unique<StatusReader>(executor, std::move(made), patience);
  }

  void TearDown() override {
    copies->open();
    wait_for(reader->stop());
    OnLoop::TearDown();
  }

  base::Result<SeenStatus> read(std::string path = "/srv/shop") {
    return wait_for(reader->read({.url = "https://host/shop", .path = std::move(path)}));
  }

  FakeCopies* copies = nullptr;
  std::unique_ptr<StatusReader> reader;
};

TEST_F(AStatusReader, DoesNotSearchALargeTreeAgainBeforeItsHostHasRested) {
  copies->takes = 30s;
  copies->modified = {"a"};
  ASSERT_TRUE(read());
  copies->modified = {"a", "b"};
  copies->clock += 10min;
  EXPECT_EQ(read()->status.modified_total, 1U);
  EXPECT_EQ(copies->searches, 1);
  copies->clock += 1s;
  EXPECT_EQ(read()->status.modified_total, 2U);
  EXPECT_EQ(copies->searches, 2);
}

TEST_F(AStatusReader, SearchesTheLargestTreeEveryHalfHour) {
  copies->takes = 5min;
  ASSERT_TRUE(read());
  copies->clock += 30min + 1s;
  ASSERT_TRUE(read());
  EXPECT_EQ(copies->searches, 2);
}

TEST_F(AStatusReader, SearchesASmallTreeWheneverItIsAsked) {
  copies->takes = 10ms;
  ASSERT_TRUE(read());
  copies->clock += 1min;
  ASSERT_TRUE(read());
  EXPECT_EQ(copies->searches, 2);
}

TEST_F(AStatusReader, SearchesAgainWhenTheRevisionChanged) {
  ASSERT_TRUE(read());
  copies->stamp_now = "2";
  copies->revision = "r2";
  EXPECT_EQ(read()->status.revision, "r2");
  EXPECT_EQ(copies->searches, 2);
}

TEST_F(AStatusReader, SearchesEachTimeWhereNothingTellsOfAChange) {
  copies->stamp_now = "";
  ASSERT_TRUE(read());
  ASSERT_TRUE(read());
  EXPECT_EQ(copies->searches, 2);
}

TEST_F(AStatusReader, SearchesAgainWhenAnOrderHasEndedThere) {
  ASSERT_TRUE(read());
  reader->order_ended("/srv/other");
  ASSERT_TRUE(read());
  EXPECT_EQ(copies->searches, 1);
  reader->order_ended("/srv/shop");
  ASSERT_TRUE(read());
  EXPECT_EQ(copies->searches, 2);
}

TEST_F(AStatusReader, TellsAFailureAndDoesNotRepeatItAtOnce) {
  copies->fails = true;
  EXPECT_EQ(read().error().message, "the disk is gone");
  EXPECT_EQ(read().error().message, "the disk is gone");
  EXPECT_EQ(copies->searches, 1);
}

TEST_F(AStatusReader, SharesASearchBetweenTwoThatAskAtTheSameTime) {
  copies->closed = true;
  int answered = 0;
  async::TaskGroup tasks(executor);
  const auto ask = [](StatusReader* asked, int& count) -> asio::awaitable<void> {
    if (co_await asked->read({.path = "/srv/shop"})) ++count;
  };
  tasks.spawn(ask(reader.get(), answered));
  tasks.spawn(ask(reader.get(), answered));
  run_until([&] { return copies->searches == 1; });
  run_ready();
  copies->open();
  wait_for(tasks.join());
  EXPECT_EQ(answered, 2);
  EXPECT_EQ(copies->searches, 1);
}

TEST_F(AStatusReader, DoesNotTakeASearchThatBeganBeforeAnOrderEndedForAnAnswer) {
  copies->closed = true;
  async::TaskGroup tasks(executor);
  tasks.spawn([](StatusReader* asked) -> asio::awaitable<void> {
    (void)co_await asked->read({.url = "https://host/shop", .path = "/srv/shop"});
  }(reader.get()));
  run_until([&] { return copies->searches == 1; });
  reader->order_ended("/srv/shop");
  copies->open();
  ASSERT_TRUE(read());
  EXPECT_EQ(copies->searches, 2);
  wait_for(tasks.join());
}

TEST_F(AStatusReader, ForgetsWhatWasAskedLongestAgo) {
  copies->takes = 0s;
  for (std::size_t number = 0; number <= StatusReader::max_places; ++number)
    ASSERT_TRUE(read("/srv/" + std::to_string(number)));
  const int before = copies->searches;
  ASSERT_TRUE(read("/srv/1"));
  EXPECT_EQ(copies->searches, before);
  ASSERT_TRUE(read("/srv/0"));
  EXPECT_EQ(copies->searches, before + 1);
}

class AnImpatientStatusReader : public AStatusReader {
 protected:
  AnImpatientStatusReader() : AStatusReader(20ms) {}
};

TEST_F(AnImpatientStatusReader, TellsTheRevisionOfNowAndTheFilesOfBefore) {
  copies->modified = {"a"};
  const auto first = read();
  ASSERT_TRUE(first);
  copies->stamp_now = "2";
  copies->revision = "r2";
  copies->modified = {"a", "b"};
  copies->closed = true;
  const auto meanwhile = read();
  ASSERT_TRUE(meanwhile);
  EXPECT_EQ(meanwhile->status.revision, "r2");
  EXPECT_EQ(meanwhile->status.modified_total, 1U);
  EXPECT_EQ(meanwhile->modified_at, first->modified_at);
  copies->open();
  EXPECT_EQ(read()->status.modified_total, 2U);
  EXPECT_EQ(copies->searches, 2);
}

TEST_F(AnImpatientStatusReader, SaysWhereNobodyHasLookedYet) {
  copies->closed = true;
  const auto seen = read();
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->status.revision, "r1");
  EXPECT_EQ(seen->modified_at, std::nullopt);
}

}  // namespace
}  // namespace slipway::agent
