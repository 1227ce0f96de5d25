#include "net/link_fixture.h"
#include "net/stream.h"

namespace slipway::net {
namespace {

using base::ErrorCode;
using namespace std::chrono_literals;

class ConnectTest : public test::LinkFixture {
 protected:
  base::Result<Tcp::socket> try_connect(std::string host, std::uint16_t port, base::Millis limit = 30s) {
    return wait_for([](std::string to, std::uint16_t at,
                       base::Millis at_most) -> asio::awaitable<base::Result<Tcp::socket>> {
      co_return co_await connect(std::move(to), at, at_most);
    }(std::move(host), port, limit));
  }

  std::uint16_t closed_port() {
    const Tcp::acceptor acceptor(executor, {asio::ip::address_v4::loopback(), 0});
    return acceptor.local_endpoint().port();
  }
};

TEST_F(ConnectTest, ReachesAPortThatIsListenedOn) {
  Tcp::acceptor acceptor(executor, {asio::ip::address_v4::loopback(), 0});
  const auto socket = try_connect("127.0.0.1", acceptor.local_endpoint().port());
  ASSERT_TRUE(socket) << socket.error().message;
  EXPECT_TRUE(is_loopback(*socket));
}

TEST_F(ConnectTest, TellsThatAPortIsClosed) {
  const std::uint16_t port = closed_port();
  const auto socket = try_connect("127.0.0.1", port);
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().code, ErrorCode::unavailable);
  EXPECT_EQ(socket.error().message, fmt::format("cannot connect to 127.0.0.1:{}: Connection refused", port));
}

TEST_F(ConnectTest, TellsThatANameCannotBeResolved) {
  // An empty label: refused without asking anyone.
  const auto socket = try_connect("no..such.host", 80);
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error().code, ErrorCode::unavailable);
  EXPECT_TRUE(socket.error().message.starts_with("the name no..such.host cannot be resolved: "))
      << socket.error().message;
}

TEST_F(ConnectTest, GivesUpAfterTheLimit) {
  // A backlog that is full: the system leaves further attempts without an answer.
  const asio::ip::tcp::endpoint any(asio::ip::address_v4::loopback(), 0);
  Tcp::acceptor acceptor(executor, any.protocol());
  acceptor.bind(any);
  acceptor.listen(0);
  const std::uint16_t port = acceptor.local_endpoint().port();
  std::vector<Tcp::socket> waiting;
  for (int i = 0; i < 8; ++i) {
    auto socket = try_connect("127.0.0.1", port, 50ms);
    if (socket) {
      waiting.push_back(std::move(*socket));
      continue;
    }
    EXPECT_EQ(socket.error().code, ErrorCode::timeout);
    EXPECT_EQ(socket.error().message,
              fmt::format("cannot connect to 127.0.0.1:{}: no answer within 50ms", port));
    return;
  }
  GTEST_SKIP() << "this system accepts connections that nobody takes";
}

TEST_F(ConnectTest, CanBeCancelled) {
  async::TaskGroup tasks(executor);
  bool ended = false;
  tasks.spawn([](std::uint16_t port, bool& flag) -> asio::awaitable<void> {
    (void)co_await connect("127.0.0.1", port, 1h);
    flag = true;
  }(closed_port(), ended));
  wait_for(tasks.stop());
  EXPECT_EQ(tasks.size(), 0U);
}

TEST_F(ConnectTest, TakesASocketThatIsNotConnectedForNoLoopback) {
  Tcp::socket socket(executor);
  EXPECT_FALSE(is_loopback(socket));
}

TEST_F(ConnectTest, GivesAStreamOfAClosedSocketWithoutAFuss) {
  Tcp::socket socket(executor);
  const auto stream = make_tcp_stream(std::move(socket));
  EXPECT_EQ(stream->peer(), "a peer that is gone");
  stream->close();
  stream->close();
}

}  // namespace
}  // namespace slipway::net
