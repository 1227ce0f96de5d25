#include "agent/forward.h"

#include <boost/asio/as_tuple.hpp>

#include "agent/fixture.h"
#include "async/on_loop.h"
#include "base/log.h"

namespace slipway::agent {
namespace {

using namespace std::chrono_literals;

// A connection without a network: what is written is collected, nothing is ever read.
class FakeStream : public net::Stream {
 public:
  FakeStream(asio::any_io_executor executor, std::string& written)
      : closed_(std::move(executor)), written_(written) {}

  asio::awaitable<base::Result<std::size_t>> read_some(std::span<char>) override {
    while (!is_closed_) co_await closed_.wait();
    co_return base::fail(base::ErrorCode::io, "closed");
  }

  asio::awaitable<base::Result<>> write(std::string_view bytes) override {
    if (is_closed_) co_return base::fail(base::ErrorCode::io, "closed");
    written_ += bytes;
    co_return base::Result<>{};
  }

  void close() override {
    is_closed_ = true;
    closed_.notify();
  }

  std::string peer() const override { return "a fake"; }

 private:
  async::Event closed_;
  std::string& written_;
  bool is_closed_ = false;
};

class ForwardSpool : public slipway::test::OnLoop {
 protected:
  void SetUp() override {
    const OrderRecord record = test::make_record();
    const auto dir = OrderDir::create(root.path(), record);
    ASSERT_TRUE(dir);
    order = std::make_shared<LiveOrder>(*dir, record, executor);
    spool.emplace(SpoolWriter::create(*dir).value());
    link = std::make_unique<net::Link>(std::make_unique<FakeStream>(executor, written), executor);
  }

  void TearDown() override {
    wait_for(tasks->stop());
    wait_for(link->stop());
    tasks.reset();
    link.reset();
    order.reset();
    OnLoop::TearDown();
  }

  void start(std::uint64_t offset) {
    acked = std::make_shared<std::uint64_t>(offset);
    tasks->spawn(forward_spool(*link, order, offset, acked, base::make_null_logger()));
  }

  void output(std::size_t size, char filling = 'x') {
    ASSERT_TRUE(spool->output(wire::OutputStream::stdout_, std::string(size, filling)));
    order->changed.notify();
  }

  void finish() {
    ASSERT_TRUE(spool->result({.state = wire::ResultState::succeeded}));
    order->finished = true;
    order->changed.notify();
  }

  void acknowledge(std::uint64_t offset) {
    *acked = offset;
    order->changed.notify();
  }

  std::string on_disk() const { return base::read_file(order->dir.spool()).value(); }
  bool ended() const { return tasks->size() == 0; }

  // Takes the spool messages that were written, checks each, and gives the spool as it arrived behind `from`.
  std::string arrived(std::uint64_t from) {
    wire::FrameDecoder decoder;
    decoder.feed(written);
    std::string bytes;
    for (;;) {
      const auto frame = decoder.next().value();
      if (!frame) break;
      const auto decoded = wire::decode(frame->payload).value();
      const auto& message = std::get<wire::Spool>(std::get<wire::Message>(decoded.message));
      EXPECT_EQ(message.order, order->dir.id());
      EXPECT_EQ(message.offset, from + bytes.size()) << "a gap";
      EXPECT_LE(decoded.raw.size(), wire::max_raw_chunk);
      EXPECT_FALSE(told_half(decoded.raw));
      bytes += decoded.raw;
    }
    return bytes;
  }

  static bool told_half(std::string_view raw) {
    const auto lines = test::told_by(raw);
    return lines.empty() || lines.back() == "half a frame" || lines.back().starts_with("broken");
  }

  slipway::test::TempDir root;
  std::string written;
  std::shared_ptr<LiveOrder> order;
  std::optional<SpoolWriter> spool;
  std::unique_ptr<net::Link> link;
  std::shared_ptr<std::uint64_t> acked;
  std::unique_ptr<async::TaskGroup> tasks = std::make_unique<async::TaskGroup>(executor);
};

TEST_F(ForwardSpool, SendsAllOfAFinishedSpoolAndEnds) {
  output(100);
  finish();
  start(0);
  run_until([&] { return ended(); });
  run_ready();
  EXPECT_EQ(arrived(0), on_disk());
}

TEST_F(ForwardSpool, SendsWhatIsAppendedLater) {
  start(0);
  run_ready();
  output(10, 'a');
  run_until([&] { return arrived(0).size() == on_disk().size(); });
  EXPECT_FALSE(ended());
  output(20, 'b');
  run_until([&] { return arrived(0).size() == on_disk().size(); });
  finish();
  run_until([&] { return ended(); });
  run_ready();
  EXPECT_EQ(arrived(0), on_disk());
}

TEST_F(ForwardSpool, LooksAgainThoughNobodyTellsOfANewFrame) {
  start(0);
  run_ready();
  ASSERT_TRUE(spool->output(wire::OutputStream::stdout_, "quietly"));
  run_until([&] { return arrived(0).size() == on_disk().size(); });
}

TEST_F(ForwardSpool, WaitsForASpoolThatIsNotThereYet) {
  fs::rename(order->dir.spool(), root / "later");
  start(0);
  run_ready();
  EXPECT_EQ(written, "");
  output(10);
  fs::rename(root / "later", order->dir.spool());
  order->changed.notify();
  run_until([&] { return arrived(0).size() == on_disk().size(); });
}

TEST_F(ForwardSpool, NeverSendsMoreThanTheWindow) {
  for (int i = 0; i < 40; ++i) output(32'000);
  finish();
  start(0);
  const std::string whole = on_disk();
  std::uint64_t acknowledged = 0;
  while (acknowledged < whole.size()) {
    run_ready();
    const std::uint64_t sent = arrived(0).size();
    ASSERT_LE(sent, acknowledged + spool_window);
    // It does send as much as it may: less than one more frame is missing.
    ASSERT_TRUE(sent == whole.size() || sent + 33'000 > acknowledged + spool_window) << sent;
    ASSERT_GT(sent, acknowledged);
    acknowledged = std::min<std::uint64_t>(sent, acknowledged + 50'000);
    acknowledge(acknowledged);
  }
  run_until([&] { return ended(); });
  EXPECT_EQ(arrived(0), whole);
}

TEST_F(ForwardSpool, ResumesAtTheBorderOfAnyFrame) {
  std::vector<std::uint64_t> borders{0};
  for (const std::size_t size : {1U, 100U, 32'768U, 5U, 32'768U, 32'768U}) {
    output(size);
    borders.push_back(order->dir.spool_length());
  }
  finish();
  borders.push_back(order->dir.spool_length());
  for (const std::uint64_t border : borders) {
    written.clear();
    start(border);
    run_until([&] { return ended(); });
    run_ready();
    EXPECT_EQ(arrived(border), on_disk().substr(border)) << border;
  }
}

TEST_F(ForwardSpool, SendsWholeFramesOnly) {
  output(50);
  const std::string half = wire::encode(wire::Output{"stdout"}, std::string(100, 'y'));
  {
    std::ofstream file(order->dir.spool(), std::ios::app | std::ios::binary);
    file << half.substr(0, 60);
  }
  start(0);
  run_until([&] { return !written.empty(); });
  order->changed.notify();
  run_ready();
  EXPECT_EQ(arrived(0).size(), on_disk().size() - 60);
  std::ofstream(order->dir.spool(), std::ios::app | std::ios::binary) << half.substr(60);
  order->changed.notify();
  run_until([&] { return arrived(0).size() == on_disk().size(); });
}

TEST_F(ForwardSpool, EndsWithTheLink) {
  start(0);
  run_ready();
  link->close({base::ErrorCode::unavailable, "gone"});
  order->changed.notify();
  run_until([&] { return ended(); });
}

TEST_F(ForwardSpool, EndsWhenItIsCancelledInItsWait) {
  for (int i = 0; i < 20; ++i) output(32'000);
  start(0);
  run_ready();
  wait_for(tasks->stop());
  EXPECT_LE(arrived(0).size(), spool_window);
}

TEST_F(ForwardSpool, SendsNothingFromTheMiddleOfAFrame) {
  output(100);
  finish();
  start(3);
  run_until([&] { return ended(); });
  run_ready();
  EXPECT_EQ(written, "");
}

}  // namespace
}  // namespace slipway::agent
