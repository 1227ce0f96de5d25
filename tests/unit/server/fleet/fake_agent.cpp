#include "server/fleet/fake_agent.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/id.h"

namespace slipway::server::test {

FakeAgent::FakeAgent(asio::any_io_executor executor)
    : hello{.version = "9.9", .role = "agent", .instance = base::make_id(), .host = "fake", .os = "FakeOS"},
      executor_(std::move(executor)) {
  // The port is known before anything listens, so that it can be configured.
  start();
}

void FakeAgent::start() {
  net::Tcp::acceptor acceptor(executor_);
  const net::Tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port_);
  acceptor.open(endpoint.protocol());
  acceptor.set_option(asio::socket_base::reuse_address(true));
  acceptor.bind(endpoint);
  acceptor.listen();
  port_ = acceptor.local_endpoint().port();
  acceptor_.emplace(std::move(acceptor));
  tasks_ = std::make_unique<async::TaskGroup>(executor_);
  tasks_->spawn(accept_loop());
}

asio::awaitable<void> FakeAgent::stop() {
  if (acceptor_) acceptor_->close();
  cut();
  co_await tasks_->stop();
  acceptor_.reset();
}

void FakeAgent::cut() {
  if (link_ != nullptr) link_->close({base::ErrorCode::unavailable, "cut by the test"});
}

asio::awaitable<void> FakeAgent::accept_loop() {
  for (;;) {
    auto [error, socket] = co_await acceptor_->async_accept(asio::as_tuple(asio::use_awaitable));
    if (error) co_return;
    co_await serve(std::move(socket));
  }
}

// Null: the handshake failed.
asio::awaitable<std::unique_ptr<net::Stream>> FakeAgent::open_stream(net::Tcp::socket socket) {
  if (!tls) co_return net::make_tcp_stream(std::move(socket));
  auto secured =
      co_await tls->accept(std::move(socket), [this](const base::Fingerprint& server) -> base::Result<> {
        if (!trusts_only || *trusts_only == server) return {};
        return base::fail(base::ErrorCode::conflict, "not trusted");
      });
  if (!secured) link_ends.push_back(secured.error().message);
  co_return secured ? std::move(secured->stream) : nullptr;
}

asio::awaitable<void> FakeAgent::serve(net::Tcp::socket socket) {
  co_await asio::this_coro::throw_if_cancelled(false);
  auto stream = co_await open_stream(std::move(socket));
  if (!stream) co_return;
  net::Link link(std::move(stream), executor_);
  link_ = &link;
  for (auto& [id, order] : kept) order.followed = false;
  for (;;) {
    const auto payload = co_await link.receive();
    if (!payload) {
      link_ends.push_back(payload.error().message);
      break;
    }
    const auto decoded = wire::decode(*payload);
    if (!decoded || !std::holds_alternative<wire::Message>(decoded->message)) {
      link.close({base::ErrorCode::invalid, "the server sent something that is no message"});
      continue;
    }
    handle(std::get<wire::Message>(decoded->message));
  }
  link_ = nullptr;
  co_await link.stop();
  co_await asio::this_coro::throw_if_cancelled(true);
}

void FakeAgent::send_frame(std::string frame) {
  if (link_ != nullptr) link_->send(std::move(frame));
}

void FakeAgent::handle(const wire::Message& message) {
  if (const auto* met = std::get_if<wire::Hello>(&message)) {
    hellos.push_back(*met);
    if (says_hello) send(hello);
  }
  if (const auto* order = std::get_if<wire::Order>(&message)) handle(*order);
  if (const auto* follow = std::get_if<wire::Follow>(&message)) handle(*follow);
  if (const auto* query = std::get_if<wire::Query>(&message)) handle(*query);
  if (const auto* ack = std::get_if<wire::Ack>(&message)) acks.push_back(*ack);
  if (const auto* error = std::get_if<wire::ErrorMessage>(&message)) errors.push_back(*error);
  if (const auto* cancel = std::get_if<wire::Cancel>(&message)) {
    cancels.push_back(*cancel);
    say_state(cancel->order);
  }
}

void FakeAgent::handle(const wire::Order& order) {
  orders.push_back(order);
  if (!answers_orders) return;
  if (rejects)
    return send(
        wire::OrderStateMessage{.id = order.id, .state = wire::OrderState::rejected, .reason = rejects});
  const bool is_new = kept.try_emplace(order.id).second;
  if (is_new) return send(wire::OrderStateMessage{.id = order.id, .state = wire::OrderState::accepted});
  say_state(order.id);
}

void FakeAgent::handle(const wire::Follow& follow) {
  follows.push_back(follow);
  say_state(follow.order);
  const auto found = kept.find(follow.order);
  if (found == kept.end()) return;
  found->second.followed = true;
  const std::string rest = found->second.spool.substr(follow.offset);
  if (!rest.empty()) send(wire::Spool{follow.order, follow.offset}, rest);
}

void FakeAgent::say_state(const std::string& id) {
  const auto found = kept.find(id);
  if (found == kept.end()) return send(wire::OrderStateMessage{.id = id, .state = wire::OrderState::unknown});
  send(wire::OrderStateMessage{
      .id = id,
      .state = found->second.finished ? wire::OrderState::finished : wire::OrderState::running,
      .spool_length = found->second.spool.size()});
}

void FakeAgent::handle(const wire::Query& query) {
  queries.push_back(query);
  if (!answers_queries) return;
  if (query_error && query.kind != wire::QueryKind::status) {
    wire::ErrorMessage error = *query_error;
    error.re = query.id;
    return send(error);
  }
  wire::Answer answer{.id = query.id};
  if (query.kind == wire::QueryKind::resolve) answer.revision = query.revision.value_or(head);
  if (query.kind == wire::QueryKind::status) answer.status = status();
  if (query.kind == wire::QueryKind::log) {
    answer.commits = {{head, "ä", "2026-11-23T08:00:00.000Z", "a commit"}};
    answer.more = true;
  }
  send(answer);
}

wire::WorkingCopyStatus FakeAgent::status() const {
  return {.revision = standing,
          .branch = branch,
          .modified = modified,
          .modified_total = modified.size(),
          .modified_at = looked_at};
}

void FakeAgent::append(const std::string& order, const std::string& frames) {
  Kept& mine = kept.at(order);
  const std::uint64_t offset = mine.spool.size();
  mine.spool += frames;
  if (mine.followed) send(wire::Spool{order, offset}, frames);
}

void FakeAgent::carry_out(const std::string& order, wire::ResultState state) {
  tell(order, wire::StepStarted{"check", "2026-11-23T08:00:00.000Z"});
  tell(order, wire::Output{"stdout"}, "working\n");
  tell(order, wire::StepFinished{.step = "check", .duration_ms = 5, .revision = "before"});
  kept.at(order).finished = true;
  tell(order, wire::OrderResult{.state = state,
                                .revision_before = "before",
                                .revision_after = "after",
                                .time = "2026-11-23T08:00:01.000Z"});
}

}  // namespace slipway::server::test
