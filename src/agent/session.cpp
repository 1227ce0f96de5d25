#include "agent/session.h"

#include <boost/asio/this_coro.hpp>

#include "agent/ask_as.h"
#include "agent/forward.h"
#include "agent/queries.h"
#include "async/deadline.h"
#include "base/id.h"
#include "base/text.h"

namespace slipway::agent {
namespace {

constexpr std::chrono::seconds hello_limit{10};
// Each query is a git or svn at work.
constexpr int max_queries = 16;

}  // namespace

Session::Session(std::unique_ptr<net::Stream> stream, asio::any_io_executor executor,
                 const AgentIdentity& identity, Guard& guard, Orders& orders, StatusReader& status,
                 base::Logger log, Introduction introduction)
    : executor_(executor),
      identity_(identity),
      guard_(guard),
      orders_(orders),
      status_(status),
      introduction_(std::move(introduction)),
      log_(std::move(log)),
      link_(std::move(stream), executor),
      tasks_(executor) {}

asio::awaitable<void> Session::run() {
  // Cancelled means: the link's operations end with an error, and what follows below is still carried out.
  co_await asio::this_coro::throw_if_cancelled(false);
  const std::string peer = link_.peer();
  if (const auto met = co_await exchange_hello(); !met) {
    log_->warn("{}: closed: {}", peer, met.error().message);
  } else {
    log_->info("{}: server {} is connected", peer, server_);
    const base::Error reason = co_await serve();
    log_->info("{}: server {} is gone: {}", peer, server_, reason.message);
  }
  for (auto& [id, forwarding] : forwardings_) co_await forwarding.task->stop();
  co_await tasks_.stop();
  co_await link_.stop();
}

void Session::close(std::string reason) {
  link_.close({base::ErrorCode::cancelled, std::move(reason)});
}

policy::Caller Session::caller() const {
  return {introduction_.server ? introduction_.server->text() : server_};
}

asio::awaitable<base::Result<>> Session::exchange_hello() {
  const auto payload = co_await async::within(hello_limit, "the server's hello", link_.receive());
  if (!payload) co_return std::unexpected(payload.error());
  const auto decoded = wire::decode(*payload);
  if (!decoded) co_return std::unexpected(decoded.error());
  const auto* message = std::get_if<wire::Message>(&decoded->message);
  const auto* hello = message != nullptr ? std::get_if<wire::Hello>(message) : nullptr;
  if (hello == nullptr) co_return base::fail(base::ErrorCode::invalid, "the first message was not a hello");
  if (auto accepted = accept_hello(*hello); !accepted) co_return accepted;
  link_.send(wire::encode(our_hello()));
  co_return base::Result<>{};
}

base::Result<> Session::accept_hello(const wire::Hello& hello) {
  using base::ErrorCode;
  if (hello.protocol != wire::protocol_version) {
    return base::fail(ErrorCode::invalid,
                      "the server speaks protocol {}, this agent ({}) speaks {}: upgrade the older one",
                      hello.protocol, SLIPWAY_VERSION, wire::protocol_version);
  }
  if (hello.role != "server") return base::fail(ErrorCode::invalid, "the other side is not a server");
  if (!base::is_id(hello.instance))
    return base::fail(ErrorCode::invalid, "the server's instance id is not one");
  server_ = hello.instance;
  introduction_.met(hello);
  return {};
}

wire::Hello Session::our_hello() const {
  return {.version = SLIPWAY_VERSION,
          .role = "agent",
          .instance = identity_.instance,
          .host = identity_.host,
          .os = identity_.os,
          .orders = orders_.unfinished(server_),
          .name = introduction_.name,
          .token = introduction_.token,
          .next_key = introduction_.next_key};
}

asio::awaitable<base::Error> Session::serve() {
  for (;;) {
    const auto payload = co_await link_.receive();
    if (!payload) co_return payload.error();
    const auto decoded = wire::decode(*payload);
    base::Result<> done = decoded ? dispatch(*decoded) : std::unexpected(decoded.error());
    if (!done) link_.close(done.error());
  }
}

base::Result<> Session::dispatch(const wire::Decoded& decoded) {
  if (const auto* unknown = std::get_if<wire::UnknownMessage>(&decoded.message)) {
    link_.send(wire::encode(wire::ErrorMessage{
        unknown->id, "unknown_message",
        fmt::format("this agent ({}) does not know \"{}\"", SLIPWAY_VERSION, unknown->type)}));
    return {};
  }
  return std::visit([this](const auto& message) { return handle(message); },
                    std::get<wire::Message>(decoded.message));
}

template <class Unexpected>
base::Result<> Session::handle(const Unexpected&) {
  return base::fail(base::ErrorCode::invalid, "a server does not send \"{}\"", Unexpected::type);
}

// One that is known was allowed when it came: its hours may be over by now.
base::Result<wire::OrderStateMessage> Session::take(const wire::Order& order) {
  if (orders_.find(server_, order.id)) return orders_.state_of(server_, order.id);
  auto grant = guard_.order(caller(), order, orders_.at_work());
  if (!grant) return std::unexpected(grant.error());
  return orders_.accept(server_, caller(), order, std::move(*grant));
}

base::Result<> Session::handle(const wire::Order& order) {
  const auto state = take(order);
  if (state) {
    link_.send(wire::encode(*state));
  } else {
    log_->warn("{}: order {} is rejected: {}", link_.peer(), base::printable(order.id),
               state.error().message);
    link_.send(wire::encode(wire::OrderStateMessage{
        .id = order.id, .state = wire::OrderState::rejected, .reason = state.error().message}));
  }
  return {};
}

base::Result<> Session::handle(const wire::Follow& follow) {
  link_.send(wire::encode(orders_.state_of(server_, follow.order)));
  if (const auto order = orders_.find(server_, follow.order)) {
    orders_.acknowledge(server_, follow.order, follow.offset);
    start_forwarding(order, follow.offset);
  }
  return {};
}

void Session::start_forwarding(const std::shared_ptr<LiveOrder>& order, std::uint64_t offset) {
  Forwarding& forwarding = forwardings_[order->dir.id()];
  if (forwarding.task) forwarding.task->cancel();
  forwarding.acked = std::make_shared<std::uint64_t>(offset);
  forwarding.task = std::make_unique<async::TaskGroup>(executor_);
  forwarding.task->spawn(forward_spool(link_, order, offset, forwarding.acked, log_));
}

base::Result<> Session::handle(const wire::Ack& ack) {
  if (const auto found = forwardings_.find(ack.order); found != forwardings_.end()) {
    *found->second.acked = std::max(*found->second.acked, ack.offset);
  }
  orders_.acknowledge(server_, ack.order, ack.offset);
  return {};
}

base::Result<> Session::handle(const wire::Cancel& cancel) {
  orders_.cancel(server_, cancel.order, cancel.reason);
  link_.send(wire::encode(orders_.state_of(server_, cancel.order)));
  return {};
}

base::Result<> Session::handle(const wire::Proceed& proceed) {
  orders_.proceed(server_, proceed.order);
  link_.send(wire::encode(orders_.state_of(server_, proceed.order)));
  return {};
}

base::Result<> Session::handle(const wire::Query& query) {
  if (queries_ >= max_queries) {
    link_.send(wire::encode(
        wire::ErrorMessage{query.id, "unavailable", "the agent has too many questions to answer at once"}));
    return {};
  }
  ++queries_;
  tasks_.spawn(answer(query));
  return {};
}

base::Result<> Session::handle(const wire::Pending& pending) {
  log_->warn("{}: {}", link_.peer(), base::printable(pending.reason));
  return {};
}

base::Result<> Session::handle(const wire::ErrorMessage& error) {
  log_->warn("{}: the server says: {}", link_.peer(), base::printable(error.message));
  return {};
}

asio::awaitable<base::Result<wire::Answer>> Session::find_answer(wire::Query query) {
  const auto grant = guard_.query(caller(), query);
  if (!grant) co_return std::unexpected(grant.error());
  const std::string user = *grant ? (*grant)->user : "";
  // What is known of a status already needs no process.
  if (user.empty() || query.kind == wire::QueryKind::status)
    co_return co_await answer_query(std::move(query), identity_.data / "cache", status_);
  co_return co_await ask_as(identity_.program,
                            {.user = user, .data = identity_.data.string(), .query = std::move(query)});
}

asio::awaitable<void> Session::answer(wire::Query query) {
  const std::string id = query.id;
  auto answer = co_await find_answer(std::move(query));
  --queries_;
  if (answer) {
    answer->id = id;
    link_.send(wire::encode(*answer));
  } else {
    const base::Error& error = answer.error();
    link_.send(wire::encode(
        wire::ErrorMessage{id, std::string(base::name_of(error.code)), base::to_utf8(error.message)}));
  }
}

}  // namespace slipway::agent
