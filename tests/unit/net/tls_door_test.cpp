#include "net/tls_door.h"

#include <deque>

#include "net/tls_fixture.h"

namespace slipway::net {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

class TlsDoorTest : public test::TlsFixture {
 protected:
  void TearDown() override {
    if (tasks) wait_for(tasks->stop());
    tasks.reset();
    strangers.clear();
    TlsFixture::TearDown();
  }

  void open(DoorLimits limits) {
    door.emplace(executor, dialled_tls, limits);
    tasks.emplace(executor);
  }

  // A stranger who connects and says this; how it ends is kept at the place of the same number.
  void stranger(std::string_view words = {}) {
    Pair sockets = make_pair();
    if (!words.empty()) asio::write(sockets.first, asio::buffer(words));
    strangers.push_back(std::move(sockets.first));
    ends.emplace_back();
    tasks->spawn(visit(*door, std::move(sockets.second), only(dialling), ends.back()));
  }

  static asio::awaitable<void> visit(TlsDoor& door, Tcp::socket socket, Trust trust, std::string& end) {
    end = why(co_await door.enter(std::move(socket), std::move(trust)));
  }

  // A peer that is welcome and comes now.
  std::string guest() {
    std::string end;
    tasks->spawn(visit(*door, std::move(pair->second), only(dialling), end));
    const auto secured = wait_for(dialling_tls.connect(std::move(pair->first), only(dialled)));
    run_until([&] { return !end.empty(); });
    return end;
  }

  static constexpr std::string_view half{"\x16\x03\x01\x02\x00\x01", 6};
  std::optional<TlsDoor> door;
  std::deque<Tcp::socket> strangers;
  std::deque<std::string> ends;
  std::optional<async::TaskGroup> tasks;
};

TEST_F(TlsDoorTest, LetsAGuestInPastAllWhoSayNothing) {
  open({.waiting = 10, .patience = 1h});
  for (int number = 0; number < 25; ++number) {
    stranger();
    run_ready();
  }
  EXPECT_EQ(door->waiting(), 10U);
  EXPECT_THAT(ends.front(), HasSubstr("too many others"));
  EXPECT_EQ(ends.back(), "");
  EXPECT_EQ(guest(), "none");
}

TEST_F(TlsDoorTest, LetsAGuestInPastAllWhoStopHalfway) {
  open({.handshakes = 4, .of_one_address = 4, .fair = 20ms, .patience = 1h});
  for (int number = 0; number < 4; ++number) stranger(half);
  run_until([&] { return door->handshakes() == 4; });
  EXPECT_EQ(guest(), "none");
  EXPECT_THAT(ends.front(), HasSubstr("too many others"));
}

TEST_F(TlsDoorTest, BoundsTheHandshakesOfOneAddress) {
  open({.of_one_address = 3, .fair = 1h, .patience = 1h});
  for (int number = 0; number < 9; ++number) stranger(half);
  run_until([&] { return door->handshakes() == 3; });
  run_ready();
  EXPECT_EQ(door->handshakes(), 3U);
  EXPECT_EQ(door->waiting(), 6U);
}

TEST_F(TlsDoorTest, HasLimitedPatience) {
  open({.patience = 30ms});
  stranger();
  stranger(half);
  run_until([&] { return !ends[0].empty() && !ends[1].empty(); });
  EXPECT_THAT(ends, testing::Each(HasSubstr("no answer within 30ms")));
  EXPECT_EQ(door->waiting() + door->handshakes(), 0U);
}

}  // namespace
}  // namespace slipway::net
