#include "net/link.h"

#include <algorithm>

#include "net/link_fixture.h"

namespace slipway::net {
namespace {

using base::ErrorCode;
using test::patient;
using namespace std::chrono_literals;

class LinkTest : public test::LinkFixture {
 protected:
  void SetUp() override {
    auto [first, second] = make_pair();
    near = make_link(std::move(first));
    far = make_link(std::move(second));
  }

  void TearDown() override {
    if (near) wait_for(near->stop());
    if (far) wait_for(far->stop());
    near.reset();
    far.reset();
    LinkFixture::TearDown();
  }

  std::unique_ptr<Link> near;
  std::unique_ptr<Link> far;
};

// One link with limits of its own; the other end is a bare socket.
class LinkToSocket : public test::LinkFixture {
 protected:
  void open(LinkLimits limits) {
    auto pair = make_pair();
    link = make_link(std::move(pair.first), limits);
    peer.emplace(std::move(pair.second));
  }

  void TearDown() override {
    if (link) wait_for(link->stop());
    link.reset();
    peer.reset();
    LinkFixture::TearDown();
  }

  void write(std::string_view bytes) { asio::write(*peer, asio::buffer(bytes)); }

  std::string read(std::size_t size) {
    return wait_for([](Tcp::socket& from, std::size_t count) -> asio::awaitable<std::string> {
      std::string bytes(count, '\0');
      co_await asio::async_read(from, asio::buffer(bytes), asio::use_awaitable);
      co_return bytes;
    }(*peer, size));
  }

  // Why the link ended.
  base::Error end() {
    return wait_for([](Link& of) -> asio::awaitable<base::Error> {
      Received received;
      co_await receive_all(of, received);
      co_return *received.end;
    }(*link));
  }

  std::unique_ptr<Link> link;
  std::optional<Tcp::socket> peer;
};

TEST_F(LinkTest, CarriesFramesBothWays) {
  near->send(data("one"));
  near->send(data("two"));
  far->send(data("three"));
  EXPECT_EQ(next_payload(*far), "one");
  EXPECT_EQ(next_payload(*far), "two");
  EXPECT_EQ(next_payload(*near), "three");
}

TEST_F(LinkTest, CarriesTheLargestFrame) {
  const std::string payload(wire::max_payload, 'x');
  near->send(data(payload));
  EXPECT_TRUE(next_payload(*far) == payload);
}

TEST_F(LinkTest, CarriesThousandsOfFramesInOrder) {
  async::TaskGroup tasks(executor);
  Received received;
  tasks.spawn(receive_all(*far, received));
  for (int i = 0; i < 5000; ++i) near->send(data(std::to_string(i)));
  run_until([&] { return received.payloads.size() == 5000; });
  for (int i = 0; i < 5000; ++i) ASSERT_EQ(received.payloads[static_cast<std::size_t>(i)], std::to_string(i));
  wait_for(far->stop());
  wait_for(tasks.join());
}

TEST_F(LinkTest, NamesItsPeer) {
  EXPECT_TRUE(near->peer().starts_with("127.0.0.1:")) << near->peer();
}

TEST_F(LinkTest, TellsTheAgentWhyTheServerEndsIt) {
  wait_for(near->disconnect("the server is being upgraded\n"));
  EXPECT_TRUE(near->closed());
  EXPECT_EQ(next_payload(*far), "error: the server ended the link: the server is being upgraded\\n");
}

TEST_F(LinkTest, SaysThatTheOtherSideClosed) {
  wait_for(near->stop());
  EXPECT_EQ(next_payload(*far), "error: the other side closed the link");
  EXPECT_TRUE(far->closed());
}

TEST_F(LinkTest, KeepsTheFirstReasonOfItsEnd) {
  near->close({ErrorCode::invalid, "first"});
  near->close({ErrorCode::io, "second"});
  EXPECT_EQ(next_payload(*near), "error: first");
  EXPECT_EQ(next_payload(*near), "error: first");
}

TEST_F(LinkTest, EndsAReceiveThatWaitsWhenItIsClosed) {
  async::TaskGroup tasks(executor);
  Received received;
  tasks.spawn(receive_all(*near, received));
  run_ready();
  near->close({ErrorCode::conflict, "enough"});
  wait_for(tasks.join());
  EXPECT_EQ(received.end->message, "enough");
  EXPECT_EQ(received.end->code, ErrorCode::conflict);
}

TEST_F(LinkTest, CanBeStoppedWhileItReadsAndWrites) {
  async::TaskGroup tasks(executor);
  Received received;
  tasks.spawn(receive_all(*near, received));
  // More than the sockets hold, so that a write is under way.
  near->send(data(std::string(wire::max_payload, 'x')));
  run_ready();
  wait_for(near->stop());
  wait_for(tasks.join());
  EXPECT_EQ(received.end->code, ErrorCode::cancelled);
}

TEST_F(LinkTest, SendsNothingOnceItIsClosed) {
  near->close({ErrorCode::invalid, "closed"});
  near->send(data("x"));
  EXPECT_FALSE(wait_for(near->send_bulk(data("x"))));
  EXPECT_EQ(next_payload(*far), "error: the other side closed the link");
}

TEST_F(LinkTest, RemembersWhenItLastHeard) {
  const base::Time before = base::now();
  near->send(data("x"));
  EXPECT_EQ(next_payload(*far), "x");
  EXPECT_GE(far->last_heard(), before);
}

TEST_F(LinkTest, IgnoresHeartbeatsEvenWithAPayload) {
  near->send(wire::encode_frame(wire::FrameType::heartbeat, "tick"));
  near->send(data("after"));
  EXPECT_EQ(next_payload(*far), "after");
}

TEST_F(LinkToSocket, SendsAHeartbeatWhenItHasNothingToSay) {
  open({.heartbeat_after = 10ms, .dead_after = 1h});
  const std::string beat = wire::encode_frame(wire::FrameType::heartbeat, {});
  EXPECT_EQ(read(3 * beat.size()), beat + beat + beat);
}

TEST_F(LinkToSocket, SendsNoHeartbeatWhileItSpeaks) {
  open({.heartbeat_after = 1h, .dead_after = 1h});
  link->send(data("x"));
  EXPECT_EQ(read(data("x").size()), data("x"));
  run_ready();
  EXPECT_EQ(peer->available(), 0U);
}

TEST_F(LinkToSocket, IsDeadWhenNothingIsHeard) {
  open({.heartbeat_after = 1h, .dead_after = 20ms});
  const base::Error reason = end();
  EXPECT_EQ(reason.code, ErrorCode::timeout);
  EXPECT_EQ(reason.message, "nothing was heard for 20ms");
}

TEST_F(LinkToSocket, LivesAsLongAsASingleByteIsHeard) {
  using Clock = std::chrono::steady_clock;
  open({.heartbeat_after = 1h, .dead_after = 400ms});
  async::TaskGroup tasks(executor);
  Received received;
  tasks.spawn(receive_all(*link, received));
  // Each byte comes soon after the one before; all of them take longer than the limit.
  const Clock::time_point start = Clock::now();
  Clock::duration longest_gap{};
  for (const char byte : data(std::string(12, 'x'))) {
    const Clock::time_point written = Clock::now();
    write(std::string_view(&byte, 1));
    wait_for(async::sleep_for(25ms));
    longest_gap = std::max(longest_gap, Clock::now() - written);
  }
  const bool took_longer = Clock::now() - start > 400ms;
  run_until([&] { return received.end || !received.payloads.empty(); });
  wait_for(link->stop());
  wait_for(tasks.join());
  if (longest_gap > 200ms) GTEST_SKIP() << "the machine is too busy to tell";
  EXPECT_TRUE(took_longer);
  EXPECT_EQ(received.payloads.size(), 1U);
}

TEST_F(LinkToSocket, IsClosedByBytesThatAreNoFrames) {
  open(patient());
  write("GET / HTTP/1.1\r\n\r\n");
  const base::Error reason = end();
  EXPECT_EQ(reason.code, ErrorCode::invalid);
  EXPECT_TRUE(reason.message.starts_with("wrong magic 0x47455420")) << reason.message;
}

TEST_F(LinkToSocket, AnswersNothingToAStranger) {
  open(patient());
  write("nonsense");
  (void)end();
  run_ready();
  char byte = 0;
  boost::system::error_code error;
  EXPECT_EQ(peer->read_some(asio::buffer(&byte, 1), error), 0U);
  EXPECT_TRUE(error);
}

TEST_F(LinkToSocket, IsClosedByAFrameThatIsTooLarge) {
  open(patient());
  using namespace std::string_literals;
  write("\x12\x34\x66\x41\xff\xff\xff\xff\x02"s);
  EXPECT_EQ(end().message, "a frame of 4294967295 bytes is larger than the 16777216 that are allowed");
}

TEST_F(LinkToSocket, GivesTheFramesThatCameBeforeAMistake) {
  open(patient());
  write(data("good") + "nonsense");
  EXPECT_EQ(next_payload(*link), "good");
  EXPECT_TRUE(next_payload(*link).starts_with("error: wrong magic"));
}

TEST_F(LinkToSocket, DropsAFrameThatWasCutByTheEnd) {
  open(patient());
  write(data("cut in the middle").substr(0, 15));
  peer->close();
  EXPECT_EQ(end().message, "the other side closed the link");
}

TEST_F(LinkToSocket, IsClosedWhenThePeerDoesNotRead) {
  LinkLimits limits = patient();
  limits.max_queued = std::size_t{256} << 10U;
  open(limits);
  for (int i = 0; i < 1000 && !link->closed(); ++i) {
    link->send(data(std::string(std::size_t{32} << 10U, 'x')));
    run_ready();
  }
  EXPECT_TRUE(link->closed());
  EXPECT_EQ(end().message, "the other side does not read what is sent to it");
}

TEST_F(LinkToSocket, BulkWaitsForRoomAndControlDoesNot) {
  LinkLimits limits = patient();
  limits.bulk_room = std::size_t{64} << 10U;
  open(limits);
  async::TaskGroup tasks(executor);
  std::size_t sent = 0;
  tasks.spawn([](Link& over, std::size_t& count) -> asio::awaitable<void> {
    const std::string frame = data(std::string(std::size_t{32} << 10U, 'x'));
    while (count < 2000 && co_await over.send_bulk(frame)) ++count;
  }(*link, sent));
  // Nobody reads: the sockets fill, then bulk waits.
  for (std::size_t before = 1; before != sent;) {
    before = sent;
    run_ready();
  }
  ASSERT_LT(sent, 2000U);
  const std::size_t stuck_at = sent;
  link->send(data("control"));
  EXPECT_FALSE(link->closed());
  // With room again, it goes on.
  (void)read(std::size_t{4} << 20U);
  run_until([&] { return sent > stuck_at; });
  wait_for(link->stop());
  wait_for(tasks.join());
}

TEST_F(LinkToSocket, EndsABulkThatWaitsWhenItIsClosed) {
  LinkLimits limits = patient();
  limits.bulk_room = 0;
  open(limits);
  link->send(data(std::string(wire::max_payload, 'x')));
  std::optional<bool> sent;
  async::TaskGroup tasks(executor);
  tasks.spawn([](Link& over, std::optional<bool>& result) -> asio::awaitable<void> {
    result = co_await over.send_bulk(data("x"));
  }(*link, sent));
  run_ready();
  EXPECT_FALSE(sent);
  link->close({ErrorCode::invalid, "enough"});
  wait_for(tasks.join());
  EXPECT_EQ(sent, false);
}

TEST_F(LinkToSocket, DoesNotWaitForeverToSayWhyItEnds) {
  open(patient());
  link->send(data(std::string(wire::max_payload, 'x')));
  wait_for(link->disconnect("nobody will read this"));
  EXPECT_TRUE(link->closed());
}

TEST_F(LinkToSocket, NoticesThatThePeerIsGoneWhileItWrites) {
  open(patient());
  peer->set_option(asio::socket_base::linger(true, 0));
  peer->close();  // a reset, as from a host that was restarted
  link->send(data("into the void"));
  const base::Error reason = end();
  EXPECT_EQ(reason.code, ErrorCode::io);
  EXPECT_TRUE(reason.message.starts_with("the link broke while ")) << reason.message;
}

}  // namespace
}  // namespace slipway::net
