#include "agent/health_check.h"

#include <gmock/gmock.h>

#include "agent/raw_server.h"
#include "async/on_loop.h"

namespace slipway::agent {
namespace {

using test::RawServer;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using namespace std::chrono_literals;
using End = Health::End;

const std::string ok_answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const std::string busy_answer = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";

class HealthCheckTest : public slipway::test::OnLoop {
 protected:
  Health see(wire::HealthCheck check) {
    return wait_for(wait_until_healthy(
        check, {.output =
                    [this](process::Stream, std::string_view bytes) {
                      output += bytes;
                      return base::Result<>{};
                    },
                .note = [this](std::string_view line) { notes.emplace_back(line); },
                .stop = &stop,
                .command = {.argv = {"/bin/sh", "-c", check.command.value_or("")}, .grace = 100ms}}));
  }

  static wire::HealthCheck http(const RawServer& server, base::Millis timeout = 200ms) {
    return {
        .http = server.url(), .interval_ms = 10, .timeout_ms = static_cast<std::uint64_t>(timeout.count())};
  }

  static constexpr base::Millis plenty = 30s;

  process::StopRequest stop{executor};
  std::vector<std::string> notes;
  std::string output;
};

TEST_F(HealthCheckTest, IsContentWithTheExpectedStatus) {
  RawServer server(executor, RawServer::says(ok_answer));
  EXPECT_EQ(see(http(server, plenty)).end, End::healthy);
  EXPECT_THAT(server.request(), StartsWith("GET /healthz HTTP/1.1\r\nHost: 127.0.0.1:"));
  EXPECT_THAT(server.request(), HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_EQ(server.connections(), 1);
  EXPECT_THAT(notes, ElementsAre(server.url() + " answered 200", StartsWith("healthy after ")));
}

TEST_F(HealthCheckTest, TakesARedirectForWhatItIs) {
  RawServer server(executor, RawServer::says("HTTP/1.1 302 Found\r\nLocation: /\r\n\r\n"));
  const Health health = see(http(server));
  EXPECT_EQ(health.end, End::unhealthy);
  EXPECT_THAT(health.reason, testing::MatchesRegex("not healthy within 200ms \\([0-9]+ attempts?\\): " +
                                                   server.url() + " answered 302, expected 200"));
  wire::HealthCheck redirect = http(server, plenty);
  redirect.expect = 302;
  EXPECT_EQ(see(redirect).end, End::healthy);
}

TEST_F(HealthCheckTest, WaitsUntilTheAppIsThere) {
  RawServer server(executor, [](test::Tcp::socket& socket, int number) {
    return RawServer::write(socket, number < 5 ? busy_answer : ok_answer);
  });
  EXPECT_EQ(see(http(server, plenty)).end, End::healthy);
  EXPECT_THAT(notes, ElementsAre(server.url() + " answered 503, expected 200", server.url() + " answered 200",
                                 StartsWith("healthy after ")))
      << "what does not change is told once";
}

TEST_F(HealthCheckTest, WantsToSeeItHealthySoManyTimesInARow) {
  RawServer server(executor, [](test::Tcp::socket& socket, int number) {
    return RawServer::write(socket, number == 3 ? busy_answer : ok_answer);
  });
  wire::HealthCheck check = http(server, plenty);
  check.healthy = 4;
  EXPECT_EQ(see(check).end, End::healthy);
  EXPECT_EQ(server.connections(), 7);
  EXPECT_THAT(notes.back(), StartsWith("healthy 4 times in a row after "));
}

TEST_F(HealthCheckTest, TellsThatItWasHealthyOnlyNowAndThen) {
  RawServer server(executor, [](test::Tcp::socket& socket, int number) {
    return RawServer::write(socket, number == 2 ? busy_answer : ok_answer);
  });
  wire::HealthCheck check = http(server);
  check.interval_ms = 60'000;
  check.healthy = 2;
  EXPECT_THAT(see(check).reason, "not healthy within 200ms (1 attempt): never 2 times in a row");
}

TEST_F(HealthCheckTest, SkipsAnInterimAnswer) {
  RawServer server(executor, RawServer::says("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + ok_answer));
  EXPECT_EQ(see(http(server, plenty)).end, End::healthy);
}

TEST_F(HealthCheckTest, ReadsAnAnswerThatComesInPieces) {
  RawServer server(executor, [](test::Tcp::socket& socket, int) -> asio::awaitable<void> {
    for (const char byte : ok_answer) {
      co_await RawServer::write(socket, std::string(1, byte));
      co_await async::sleep_for(1ms);
    }
  });
  EXPECT_EQ(see(http(server, plenty)).end, End::healthy);
}

TEST_F(HealthCheckTest, SendsTheCredentialsOfTheUrlAndTellsThemToNobody) {
  RawServer server(executor, RawServer::says(busy_answer));
  wire::HealthCheck check = http(server);
  check.http = fmt::format("http://user:pass@127.0.0.1:{}/", server.port());
  const Health health = see(check);
  EXPECT_THAT(server.request(), HasSubstr("\r\nAuthorization: Basic dXNlcjpwYXNz\r\n"));
  EXPECT_THAT(health.reason, HasSubstr("http://***@127.0.0.1"));
  EXPECT_THAT(health.reason + notes.front(), testing::Not(HasSubstr("pass")));
}

struct BadAnswer {
  std::string answer;
  std::string told;
};

TEST_F(HealthCheckTest, TellsWhatIsWrongWithAnAnswer) {
  const std::vector<BadAnswer> answers{
      {"", " closed the connection without an answer"},
      {"HTTP/1.1 200 O", " closed the connection in the middle of its answer"},
      {"SSH-2.0-OpenSSH_9.2\r\n\r\n", " answered with something that is not HTTP (bad version)"},
      {std::string("\0\xff\xfe and more of the kind\r\n\r\n", 27),
       " answered with something that is not HTTP (bad version)"},
      {"HTTP/1.1 abc\r\n\r\n", " answered with something that is not HTTP (bad status)"},
      {"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", " answered with something that is not HTTP (bad field)"},
      {"HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'), " answered with a head of more than 8192 bytes"},
  };
  for (const BadAnswer& bad : answers) {
    RawServer server(executor, RawServer::says(bad.answer));
    const Health health = see(http(server));
    EXPECT_EQ(health.end, End::unhealthy);
    EXPECT_THAT(health.reason, HasSubstr(server.url() + bad.told));
  }
}

TEST_F(HealthCheckTest, DoesNotWaitForTheBody) {
  RawServer server(executor, [](test::Tcp::socket& socket, int) -> asio::awaitable<void> {
    co_await RawServer::write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n");
    co_await RawServer::keep_silent(socket);
  });
  EXPECT_EQ(see(http(server, plenty)).end, End::healthy);
}

TEST_F(HealthCheckTest, GivesUpOnOneThatNeverAnswers) {
  RawServer server(executor, [](test::Tcp::socket& socket, int) { return RawServer::keep_silent(socket); });
  EXPECT_THAT(see(http(server)).reason,
              HasSubstr(fmt::format("(1 attempt): {} gave no answer within ", server.url())));
}

TEST_F(HealthCheckTest, GivesUpOnOneThatAnswersTooSlowly) {
  RawServer server(executor, [](test::Tcp::socket& socket, int) -> asio::awaitable<void> {
    for (;;) {
      co_await RawServer::write(socket, "H");
      co_await RawServer::keep_silent(socket);
    }
  });
  EXPECT_THAT(
      see(http(server)).reason,
      HasSubstr(fmt::format("(1 attempt): {} began to answer, but had not answered after ", server.url())));
}

TEST_F(HealthCheckTest, PrefersAnAnswerToTheEndOfTheTime) {
  RawServer server(executor, [](test::Tcp::socket& socket, int number) {
    return number == 1 ? RawServer::write(socket, busy_answer) : RawServer::keep_silent(socket);
  });
  EXPECT_THAT(see(http(server)).reason, HasSubstr(" answered 503, expected 200"));
}

TEST_F(HealthCheckTest, TellsThatNobodyListens) {
  test::Tcp::acceptor closed(executor, {asio::ip::address_v4::loopback(), 0});
  const std::uint16_t port = closed.local_endpoint().port();
  closed.close();
  const Health health =
      see({.http = fmt::format("http://127.0.0.1:{}/", port), .interval_ms = 10, .timeout_ms = 50});
  EXPECT_THAT(health.reason,
              HasSubstr(fmt::format(
                  "http://127.0.0.1:{0}/: cannot connect to 127.0.0.1:{0}: Connection refused", port)));
  EXPECT_THAT(see({.tcp = fmt::format("127.0.0.1:{}", port), .interval_ms = 10, .timeout_ms = 50}).reason,
              HasSubstr("): cannot connect to 127.0.0.1:"));
}

TEST_F(HealthCheckTest, IsContentWithAConnection) {
  RawServer server(executor, RawServer::says(""));
  EXPECT_EQ(
      see({.tcp = fmt::format("127.0.0.1:{}", server.port()), .interval_ms = 10, .timeout_ms = 9'000}).end,
      End::healthy);
}

TEST_F(HealthCheckTest, RunsACommandAndKeepsItsOutput) {
  EXPECT_EQ(see({.command = "echo fine", .interval_ms = 10, .timeout_ms = 30'000}).end, End::healthy);
  EXPECT_EQ(output, "fine\n");
  const Health health = see({.command = "exit 3", .interval_ms = 50'000, .timeout_ms = 100});
  EXPECT_EQ(health.exit_code, 3);
  EXPECT_EQ(health.reason,
            "not healthy within 100ms (1 attempt): the command failed with exit code 3: exit 3");
}

TEST_F(HealthCheckTest, StopsACommandThatDoesNotEnd) {
  const Health health = see({.command = "sleep 1000", .interval_ms = 10, .timeout_ms = 100});
  EXPECT_EQ(
      health.reason,
      "not healthy within 100ms (1 attempt): the command did not end in time and was stopped with all its "
      "processes: sleep 1000");
}

TEST_F(HealthCheckTest, AsksAllThatAreGiven) {
  RawServer server(executor, RawServer::says(ok_answer));
  wire::HealthCheck check = http(server, 3s);
  check.tcp = fmt::format("127.0.0.1:{}", server.port());
  check.command = "false";
  check.interval_ms = 60'000;
  EXPECT_THAT(see(check).reason, HasSubstr("the command failed with exit code 1: false"));
  check.command = "true";
  EXPECT_EQ(see(check).end, End::healthy);
}

TEST_F(HealthCheckTest, EndsAtOnceWhenItIsToStop) {
  RawServer server(executor, [this](test::Tcp::socket& socket, int) {
    stop.request();
    return RawServer::keep_silent(socket);
  });
  EXPECT_EQ(see(http(server, 24h)).end, End::stopped);
}

TEST_F(HealthCheckTest, EndsAtOnceBetweenTwoAttempts) {
  RawServer server(executor, RawServer::says(busy_answer));
  wire::HealthCheck check = http(server, 24h);
  check.interval_ms = 3'600'000;
  async::TaskGroup tasks(executor);
  tasks.spawn([](std::vector<std::string>& told, process::StopRequest& request) -> asio::awaitable<void> {
    while (told.empty()) co_await async::sleep_for(1ms);
    request.request();
  }(notes, stop));
  EXPECT_EQ(see(check).end, End::stopped);
}

TEST(HealthCheckRules, RefuseWhatCannotComeTrue) {
  const wire::HealthCheck good{.tcp = "db:3306", .interval_ms = 1000, .timeout_ms = 30'000};
  EXPECT_TRUE(validate_health_check(good));
  const auto refused = [&](auto change) {
    wire::HealthCheck check = good;
    change(check);
    return !validate_health_check(check);
  };
  EXPECT_TRUE(refused([](auto& check) { check.tcp.reset(); }));
  EXPECT_TRUE(refused([](auto& check) { check.tcp = "db"; }));
  EXPECT_TRUE(refused([](auto& check) { check.tcp = "db:0"; }));
  EXPECT_TRUE(refused([](auto& check) { check.tcp = ":80"; }));
  EXPECT_TRUE(refused([](auto& check) { check.http = "https://host"; }));
  EXPECT_TRUE(refused([](auto& check) { check.expect = 200; }));
  EXPECT_TRUE(refused([](auto& check) { check.http = "http://h", check.expect = 99; }));
  EXPECT_TRUE(refused([](auto& check) { check.command = ""; }));
  EXPECT_TRUE(refused([](auto& check) { check.interval_ms = 0; }));
  EXPECT_TRUE(refused([](auto& check) { check.timeout_ms = 0; }));
  EXPECT_TRUE(refused([](auto& check) { check.timeout_ms = ~0ULL; }));
  EXPECT_TRUE(refused([](auto& check) { check.healthy = 0; }));
  EXPECT_TRUE(refused([](auto& check) { check.healthy = 31; }));
  EXPECT_TRUE(refused([](auto& check) { check.healthy = ~0U; }));
  EXPECT_FALSE(refused([](auto& check) { check.healthy = 30; }));
}

}  // namespace
}  // namespace slipway::agent
