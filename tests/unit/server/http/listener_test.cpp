#include "server/http/listener.h"

#include <gmock/gmock.h>

#include "async/event.h"
#include "live_server.h"

namespace slipway::server::http {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class Pieces : public Body {
 public:
  explicit Pieces(std::vector<std::string> pieces, bool breaks)
      : pieces_(std::move(pieces)), breaks_(breaks) {}
  asio::awaitable<base::Result<std::string>> next() override {
    if (next_ < pieces_.size()) co_return pieces_[next_++];
    if (breaks_) co_return base::fail(base::ErrorCode::io, "the disk is gone");
    co_return std::string{};
  }

 private:
  std::vector<std::string> pieces_;
  std::size_t next_ = 0;
  bool breaks_;
};

// Never ends by itself.
class Silence : public Body {
 public:
  asio::awaitable<base::Result<std::string>> next() override {
    if (!std::exchange(begun_, true)) co_return "begin";
    co_await async::sleep_for(std::chrono::hours{1});
    co_return "late";
  }

 private:
  bool begun_ = false;
};

class Big : public Body {
 public:
  asio::awaitable<base::Result<std::string>> next() override { co_return std::string(100000, 'x'); }
};

class Echo : public Responder {
 public:
  asio::awaitable<Response> respond(Request& request) override {
    const std::string path = request.target.path;
    if (path == "/bug") throw std::runtime_error("a bug");
    if (path == "/slow") co_await async::sleep_for(std::chrono::hours{1});
    Response response;
    if (path == "/pieces")
      response.stream = std::make_unique<Pieces>(std::vector<std::string>{"ab", "cde"}, false);
    if (path == "/known") {
      response.stream = std::make_unique<Pieces>(std::vector<std::string>{"ab", "cde"}, false);
      response.stream_length = 5;
    }
    if (path == "/broken") {
      response.stream = std::make_unique<Pieces>(std::vector<std::string>{"ab"}, true);
      response.stream_length = 5;
    }
    if (path == "/silence") response.stream = std::make_unique<Silence>();
    if (path == "/big") response.stream = std::make_unique<Big>();
    response.body = request.method + " " + path + " " + request.body;
    co_return response;
  }
};

class ListenerTest : public testing::Test {
 protected:
  ListenerTest() {
    limits_.sweep = base::Millis{20};
    limits_.linger = base::Millis{500};
  }
  ~ListenerTest() override {
    if (listener_) loop_.run(listener_->stop());
  }

  std::string start() {
    listener_ = std::make_unique<Listener>(loop_.executor(), responder_, limits_, base::make_null_logger());
    EXPECT_TRUE(listener_->listen("127.0.0.1", 0));
    listener_->start();
    loop_.start();
    return listener_->addresses().at(0);
  }

  Limits limits_;
  Echo responder_;
  Loop loop_;
  std::unique_ptr<Listener> listener_;
};

TEST_F(ListenerTest, AConnectionServesManyRequests) {
  Client client{start()};
  for (int round = 0; round < 3; ++round) {
    const auto answer = client.get("/a");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "GET /a ");
    EXPECT_THAT(answer.head, HasSubstr("Connection: keep-alive\r\n"));
  }
}

TEST_F(ListenerTest, PipelinedRequestsAreAnsweredInOrder) {
  Client client{start()};
  client.send(
      "GET /1 HTTP/1.1\r\nHost: x\r\n\r\nPOST /2 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET /3 "
      "HTTP/1.1\r\n"
      "Host: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(client.response().body, "GET /1 ");
  EXPECT_EQ(client.response().body, "POST /2 abc");
  EXPECT_EQ(client.response().body, "GET /3 ");
  EXPECT_TRUE(client.closed());
}

TEST_F(ListenerTest, ARequestMayArriveByteByByte) {
  Client client{start()};
  for (const char c : std::string_view{"GET /a HTTP/1.1\r\nHost: x\r\n\r\n"}) client.send({&c, 1});
  EXPECT_EQ(client.response().body, "GET /a ");
}

TEST_F(ListenerTest, HeadTellsTheLengthOnly) {
  Client client{start()};
  client.send(
      "HEAD /a HTTP/1.1\r\nHost: x\r\n\r\nHEAD /known HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.response(true).head, HasSubstr("Content-Length: 8\r\n"));
  EXPECT_THAT(client.response(true).head, HasSubstr("Content-Length: 5\r\n"));
  EXPECT_TRUE(client.closed());
}

TEST_F(ListenerTest, AnOldClientGetsItsAnswerAndTheEnd) {
  Client client{start()};
  client.send("GET /pieces HTTP/1.0\r\n\r\n");
  EXPECT_THAT(client.read_all(), testing::EndsWith("Connection: close\r\n\r\nabcde"));
}

TEST_F(ListenerTest, AStreamOfUnknownLengthIsChunked) {
  Client client{start()};
  client.send("GET /pieces HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_EQ(client.read_until("0\r\n\r\n"), "2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n");
  EXPECT_EQ(client.get("/a").body, "GET /a ");
}

TEST_F(ListenerTest, AStreamOfKnownLengthKeepsTheConnection) {
  Client client{start()};
  EXPECT_EQ(client.get("/known").body, "abcde");
  EXPECT_EQ(client.get("/a").body, "GET /a ");
}

TEST_F(ListenerTest, AStreamThatBreaksIsSeenToBeTooShort) {
  Client client{start()};
  const auto answer = client.get("/broken");
  EXPECT_THAT(answer.head, HasSubstr("Content-Length: 5\r\n"));
  EXPECT_EQ(answer.body, "ab");
}

TEST_F(ListenerTest, ABugInAHandlerIsAnsweredAndEndsNothing) {
  Client client{start()};
  EXPECT_EQ(client.get("/bug").status, 500);
  EXPECT_EQ(client.get("/a").status, 200);
}

TEST_F(ListenerTest, AMalformedRequestIsAnsweredAndTheConnectionClosed) {
  Client client{start()};
  client.send("nonsense\r\n\r\n");
  const auto answer = client.response();
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.head, HasSubstr("application/problem+json"));
  EXPECT_THAT(answer.head, HasSubstr("X-Content-Type-Options: nosniff"));
  EXPECT_TRUE(client.closed());
}

TEST_F(ListenerTest, ATooLargeBodyIsRefusedAndTheAnswerArrivesThoughTheClientGoesOnSending) {
  Client client{start()};
  client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n");
  client.send(std::string(500000, 'x'));
  EXPECT_EQ(client.response().status, 413);
  EXPECT_TRUE(client.closed());
}

TEST_F(ListenerTest, AClientThatAsksFirstIsToldToGoOn) {
  Client client{start()};
  client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("abc");
  EXPECT_EQ(client.response().body, "POST /a abc");
}

TEST_F(ListenerTest, AClientThatAsksFirstWithTooMuchIsRefused) {
  Client client{start()};
  client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.response().status, 413);
}

TEST_F(ListenerTest, AHeaderThatTricklesInIsCutOff) {
  limits_.header = base::Millis{300};
  Client client{start()};
  const auto begun = std::chrono::steady_clock::now();
  client.send("GET /a HT");
  // Further bytes do not buy more time.
  for (int byte = 0; byte < 5; ++byte) {
    std::this_thread::sleep_for(base::Millis{50});
    client.send("T");
  }
  EXPECT_EQ(client.response().status, 408);
  EXPECT_TRUE(client.closed());
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{5});
}

TEST_F(ListenerTest, ABodyThatDoesNotArriveIsCutOff) {
  limits_.body = base::Millis{100};
  Client client{start()};
  client.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na");
  EXPECT_EQ(client.response().status, 408);
}

TEST_F(ListenerTest, AClientThatSaysNothingIsClosedWithoutAWord) {
  limits_.header = base::Millis{100};
  Client client{start()};
  EXPECT_TRUE(client.closed());
}

TEST_F(ListenerTest, AnIdleConnectionIsClosedAfterItsTime) {
  limits_.idle = base::Millis{100};
  Client client{start()};
  EXPECT_EQ(client.get("/a").status, 200);
  EXPECT_TRUE(client.closed());
}

TEST_F(ListenerTest, AClientThatDoesNotReadIsCutOff) {
  limits_.write = base::Millis{200};
  Client client{start()};
  client.send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
  // The server's buffers fill; what it sent before it gave up can still be read, and then comes the end.
  std::this_thread::sleep_for(std::chrono::seconds{1});
  EXPECT_THAT(client.read_all(), StartsWith("HTTP/1.1 200"));
}

TEST_F(ListenerTest, BeyondTheLimitConnectionsAreRefused) {
  limits_.connections = 2;
  const std::string address = start();
  Client first{address};
  Client second{address};
  EXPECT_EQ(first.get("/a").status, 200);
  EXPECT_EQ(second.get("/a").status, 200);
  Client third{address};
  EXPECT_EQ(third.get("/a").status, 503);
  EXPECT_TRUE(third.closed());
  EXPECT_EQ(first.get("/a").status, 200);
}

TEST_F(ListenerTest, AClientMayStopSendingAndStillGetsItsAnswer) {
  Client client{start()};
  client.send("GET /known HTTP/1.1\r\nHost: x\r\n\r\n");
  client.shutdown_send();
  EXPECT_EQ(client.response().body, "abcde");
  EXPECT_TRUE(client.closed());
}

TEST_F(ListenerTest, StoppingEndsWhatRuns) {
  const std::string address = start();
  Client idle{address};
  Client busy{address};
  Client streaming{address};
  busy.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
  streaming.send("GET /silence HTTP/1.1\r\nHost: x\r\n\r\n");
  streaming.read_until("begin");
  EXPECT_EQ(idle.get("/a").status, 200);
  loop_.run(listener_->stop());
  EXPECT_TRUE(idle.closed());
  EXPECT_TRUE(busy.closed());
  streaming.read_all();
}

TEST_F(ListenerTest, AClientThatGoesAwayInTheMiddleIsForgotten) {
  limits_.connections = 1;
  const std::string address = start();
  for (int round = 0; round < 20; ++round) {
    Client gone{address};
    gone.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Len");
  }
  for (int attempt = 0; attempt < 200; ++attempt) {
    if (Client{address}.get("/a").status == 200) return;
    std::this_thread::sleep_for(base::Millis{20});
  }
  FAIL() << "the connections are still counted";
}

TEST_F(ListenerTest, APortInUseIsAnErrorThatSaysSo) {
  const std::string address = start();
  Listener second{loop_.executor(), responder_, limits_, base::make_null_logger()};
  const auto listening = second.listen(
      "127.0.0.1", static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1))));
  ASSERT_FALSE(listening);
  EXPECT_THAT(listening.error().message, HasSubstr("another program uses this port"));
  EXPECT_THAT(listening.error().message, HasSubstr(address));
}

TEST_F(ListenerTest, WithoutAHostBothLoopbackAddressesAnswerOnOnePort) {
  Listener both{loop_.executor(), responder_, limits_, base::make_null_logger()};
  ASSERT_TRUE(both.listen("", 0));
  const auto addresses = both.addresses();
  EXPECT_THAT(addresses.at(0), StartsWith("127.0.0.1:"));
  if (addresses.size() == 2) {
    EXPECT_EQ(addresses.at(1), "[::1]" + addresses.at(0).substr(9));
  }
}

}  // namespace
}  // namespace slipway::server::http
