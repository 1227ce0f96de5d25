#include "agent/health_question.h"

#include <algorithm>
#include <chrono>

#include "agent/http_check.h"
#include "async/deadline.h"
#include "base/address.h"
#include "base/http_url.h"
#include "base/text.h"
#include "net/stream.h"

namespace slipway::agent {
namespace {

using base::ErrorCode;
using base::Millis;

// One question by HTTP or TCP that takes longer has failed. A command may take all the time that is left.
constexpr Millis longest_question = std::chrono::seconds{5};
constexpr unsigned usual_status = 200;

Millis limit_of(Millis left) {
  return std::clamp(left, Millis{1}, longest_question);
}

asio::awaitable<void> stopped(process::StopRequest& stop) {
  while (!stop.requested()) co_await stop.changed().wait();
}

// The operation, or an error as soon as somebody wants the order to stop.
template <class T>
asio::awaitable<base::Result<T>> unless_stopped(process::StopRequest& stop,
                                                asio::awaitable<base::Result<T>> operation) {
  using namespace asio::experimental::awaitable_operators;
  async::Ending<T> ending;
  co_await (async::run_to_end(std::move(operation), ending) || stopped(stop));
  if (ending.cancelled() || !ending.result) co_return base::fail(ErrorCode::cancelled, "stopped");
  co_return std::move(*ending.result);
}

Seen failed(const base::Error& error, Millis limit) {
  return {.good = false,
          .text = base::printable(base::mask_credentials(error.message)),
          .cut_short = error.code == ErrorCode::timeout && limit < longest_question};
}

std::string shown(const std::string& command) {
  return base::printable(base::shorten(base::mask_credentials(command), 200));
}

Seen judge(const std::string& command, const process::Exit& exit) {
  if (exit.ok()) return {.text = "the command succeeded"};
  if (exit.by == process::EndedBy::timeout) {
    return {
        .good = false,
        .text = "the command did not end in time and was stopped with all its processes: " + shown(command),
        .cut_short = true};
  }
  const std::string how = exit.code > 128 ? fmt::format("was ended by signal {}", exit.code - 128)
                                          : fmt::format("failed with exit code {}", exit.code);
  return {
      .good = false, .text = fmt::format("the command {}: {}", how, shown(command)), .exit_code = exit.code};
}

}  // namespace

asio::awaitable<Seen> ask_http(const wire::HealthCheck& check, Millis left, process::StopRequest& stop) {
  const Millis limit = limit_of(left);
  const auto url = base::parse_http_url(*check.http);
  if (!url) co_return failed(url.error(), limit);
  const auto status = co_await unless_stopped(stop, ask_status(*url, limit));
  if (!status) co_return failed(status.error(), limit);
  const unsigned expected = check.expect.value_or(usual_status);
  Seen seen{.good = *status == expected, .text = fmt::format("{} answered {}", url->shown, *status)};
  if (!seen.good) seen.text += fmt::format(", expected {}", expected);
  co_return seen;
}

asio::awaitable<Seen> ask_tcp(const wire::HealthCheck& check, Millis left, process::StopRequest& stop) {
  const Millis limit = limit_of(left);
  const auto address = base::parse_address(*check.tcp);
  if (!address) co_return failed(address.error(), limit);
  const auto socket = co_await unless_stopped(stop, net::connect(address->host, address->port, limit));
  if (!socket) co_return failed(socket.error(), limit);
  co_return Seen{.text = fmt::format("{} accepts connections", address->text())};
}

asio::awaitable<Seen> ask_command(const wire::HealthCheck& check, Millis left, const HealthIo& io) {
  process::Command command = io.command;
  command.timeout = std::max(left, Millis{1});
  const auto exit = co_await process::run(std::move(command), io.output, io.stop);
  if (!exit) co_return Seen{.good = false, .text = exit.error().message, .hopeless = true};
  co_return judge(*check.command, *exit);
}

}  // namespace slipway::agent
