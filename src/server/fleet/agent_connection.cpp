#include "server/fleet/agent_connection.h"

#include <boost/asio/this_coro.hpp>

#include "async/deadline.h"
#include "base/id.h"
#include "base/text.h"

namespace slipway::server::fleet {
namespace {

constexpr std::chrono::seconds connect_limit{5};
constexpr std::chrono::seconds hello_limit{10};
constexpr base::Millis first_delay{250};
constexpr base::Millis longest_delay{10'000};
constexpr std::chrono::seconds good_link{10};

base::ErrorCode code_from(const std::string& name) {
  using enum base::ErrorCode;
  for (const base::ErrorCode code : {invalid, not_found, conflict, unavailable, timeout, cancelled, io}) {
    if (base::name_of(code) == name) return code;
  }
  return io;
}

// What a failed link most likely means, and what to do.
base::Error explained(const base::Error& error, const net::Tls& tls) {
  if (error.code != base::ErrorCode::conflict || !error.message.starts_with("the other side")) return error;
  return {error.code, fmt::format("the agent does not trust this server: start it with --trust {}",
                                  tls.fingerprint().text())};
}

base::Error explained_handshake(const base::Error& error, const net::Tls& tls) {
  if (error.code == base::ErrorCode::unavailable && error.message == "the other side closed the link")
    return {error.code,
            "the agent closed the link at once: does it listen there with --plaintext, or is it "
            "older than encrypted links?"};
  return explained(error, tls);
}

}  // namespace

base::Result<wire::Hello> agents_hello(std::string_view payload) {
  const auto decoded = wire::decode(payload);
  if (!decoded) return std::unexpected(decoded.error());
  const auto* message = std::get_if<wire::Message>(&decoded->message);
  const auto* hello = message != nullptr ? std::get_if<wire::Hello>(message) : nullptr;
  if (hello == nullptr || hello->role != "agent") {
    return base::fail(base::ErrorCode::invalid, "the other side is not a Slipway agent");
  }
  if (hello->protocol != wire::protocol_version) {
    return base::fail(base::ErrorCode::invalid,
                      "the agent ({}) speaks protocol {}, this server speaks {}: upgrade the older one",
                      base::printable(hello->version), hello->protocol, wire::protocol_version);
  }
  return *hello;
}

AgentConnection::AgentConnection(asio::any_io_executor executor, base::Address address,
                                 Credentials credentials, ConnectionListener& listener, base::Logger log)
    : AgentConnection(std::move(executor), address.text(), std::move(credentials), listener, std::move(log)) {
  address_ = std::move(address);
  reason_ = "not connected yet";
}

AgentConnection::AgentConnection(asio::any_io_executor executor, std::string name, Credentials credentials,
                                 ConnectionListener& listener, base::Logger log)
    : executor_(std::move(executor)),
      addr_(std::move(name)),
      credentials_(std::move(credentials)),
      listener_(listener),
      log_(std::move(log)),
      reason_("the agent has not dialled this server yet"),
      wake_(executor_),
      left_(executor_),
      backoff_(first_delay, longest_delay) {}

std::optional<base::Time> AgentConnection::last_heard() const {
  return online_ && link_ != nullptr ? std::optional(link_->last_heard()) : last_heard_;
}

std::optional<base::SteadyTime> AgentConnection::offline_since() const {
  return online_ ? std::nullopt : std::optional(offline_since_);
}

asio::awaitable<void> AgentConnection::run() {
  while (address_ && !closed_) {
    auto socket = co_await net::connect(address_->host.empty() ? "127.0.0.1" : address_->host, address_->port,
                                        connect_limit);
    if (closed_) co_return;
    base::Error reason = socket ? co_await serve(std::move(*socket)) : socket.error();
    if (closed_) co_return;
    went_offline(reason);
    // Cancelled: the next co_await throws.
    co_await wake_.wait_for(backoff_.next());
  }
}

void AgentConnection::close(const std::string& reason) {
  closed_ = true;
  wake_.notify();
  const base::Error error{base::ErrorCode::cancelled, reason};
  if (link_ != nullptr) link_->close(error);
  went_offline(error);
}

void AgentConnection::reconnect(const std::string& reason) {
  backoff_.reset();
  if (link_ != nullptr) link_->close({base::ErrorCode::unavailable, reason});
}

void AgentConnection::trust_changed() {
  backoff_.reset();
  wake_.notify();
  if (link_ == nullptr) return;
  if (auto trusted = check_trust(); !trusted) link_->close(trusted.error());
}

base::Result<> AgentConnection::check_trust() const {
  if (credentials_.keys.plaintext(addr_) != !key_)
    return base::fail(base::ErrorCode::unavailable, "\"plaintext\" of the node was changed");
  return key_ ? credentials_.keys.check(addr_, *key_) : base::Result<>{};
}

asio::awaitable<base::Result<std::unique_ptr<net::Stream>>> AgentConnection::open_stream(
    net::Tcp::socket socket) {
  key_.reset();
  if (!credentials_.keys.plaintext(addr_)) co_return co_await encrypt(std::move(socket));
  if (!net::is_loopback(socket)) {
    co_return base::fail(base::ErrorCode::invalid,
                         "the node is \"plaintext\", but {} is not a loopback address here: nothing was sent",
                         net::remote_of(socket));
  }
  co_return net::make_tcp_stream(std::move(socket));
}

asio::awaitable<base::Result<std::unique_ptr<net::Stream>>> AgentConnection::encrypt(
    net::Tcp::socket socket) {
  std::optional<base::Fingerprint> shown;
  auto secured =
      co_await credentials_.tls.connect(std::move(socket), [this, &shown](const base::Fingerprint& key) {
        shown = key;
        return credentials_.keys.check(addr_, key);
      });
  if (secured) {
    key_ = secured->peer;
    co_return std::move(secured->stream);
  }
  if (shown && !credentials_.keys.check(addr_, *shown)) co_await credentials_.keys.refused(addr_, *shown);
  co_return std::unexpected(explained_handshake(secured.error(), credentials_.tls));
}

asio::awaitable<base::Error> AgentConnection::serve(net::Tcp::socket socket) {
  auto stream = co_await open_stream(std::move(socket));
  if (!stream) co_return stream.error();
  // The link must be stopped even if we are cancelled: errors come as values from here on.
  co_await asio::this_coro::throw_if_cancelled(false);
  net::Link link(std::move(*stream), executor_);
  base::Error reason;
  if (const auto met = co_await meet(link); met) {
    went_online(link);
    reason = co_await receive_all(link);
  } else {
    reason = key_ ? explained(met.error(), credentials_.tls) : met.error();
  }
  link_ = nullptr;
  last_heard_ = online_ ? link.last_heard() : last_heard_;
  co_await link.stop();
  co_await asio::this_coro::throw_if_cancelled(true);
  co_return reason;
}

asio::awaitable<base::Error> AgentConnection::carry(net::Link& link, wire::Hello hello,
                                                    base::Fingerprint key) {
  while (link_ != nullptr) {
    link_->close({base::ErrorCode::cancelled, "the agent has made another link"});
    co_await left_.wait();
  }
  if (link.closed() || closed_) co_return base::Error{base::ErrorCode::unavailable, "it went away"};
  hello_ = std::move(hello);
  key_ = key;
  went_online(link);
  const base::Error reason = co_await receive_all(link);
  link_ = nullptr;
  last_heard_ = link.last_heard();
  went_offline(reason);
  left_.notify();
  co_return reason;
}

// What an agent is known by is stored before anything is asked of it.
asio::awaitable<base::Result<>> AgentConnection::meet(net::Link& link) {
  if (const auto hello = co_await exchange_hello(link); !hello) co_return hello;
  if (key_) {
    if (const auto known = co_await credentials_.keys.met(addr_, *key_); !known) co_return known;
    if (hello_->next_key) co_await credentials_.keys.announced(addr_, *key_, *hello_->next_key);
  }
  if (closed_) co_return base::fail(base::ErrorCode::cancelled, "the node is no longer configured");
  co_return check_trust();
}

asio::awaitable<base::Result<>> AgentConnection::exchange_hello(net::Link& link) {
  link.send(wire::encode(credentials_.hello()));
  const auto payload = co_await async::within(hello_limit, "the agent's hello", link.receive());
  if (!payload) co_return std::unexpected(payload.error());
  auto hello = agents_hello(*payload);
  if (!hello) co_return std::unexpected(hello.error());
  hello_ = std::move(*hello);
  co_return base::Result<>{};
}

asio::awaitable<base::Error> AgentConnection::receive_all(net::Link& link) {
  for (;;) {
    const auto payload = co_await link.receive();
    if (!payload) co_return payload.error();
    if (auto done = dispatch(*payload); !done) link.close(done.error());
  }
}

base::Result<> AgentConnection::dispatch(std::string_view payload) {
  const auto decoded = wire::decode(payload);
  if (!decoded) return std::unexpected(decoded.error());
  if (const auto* unknown = std::get_if<wire::UnknownMessage>(&decoded->message)) {
    send(wire::encode(wire::ErrorMessage{unknown->id, "unknown_message",
                                         "this server does not know \"" + unknown->type + "\""}));
    return {};
  }
  return handle(std::get<wire::Message>(decoded->message), decoded->raw);
}

base::Result<> AgentConnection::handle(const wire::Message& message, std::string_view raw) {
  if (const auto* state = std::get_if<wire::OrderStateMessage>(&message)) {
    listener_.order_state(addr_, *state);
  } else if (const auto* spool = std::get_if<wire::Spool>(&message)) {
    return listener_.spool(addr_, *spool, raw);
  } else if (const auto* found = std::get_if<wire::Answer>(&message)) {
    answer(found->id, *found);
  } else if (const auto* error = std::get_if<wire::ErrorMessage>(&message)) {
    if (!error->re)
      log_->warn("agent {}: {}", addr_, base::printable(error->message));
    else
      answer(*error->re,
             std::unexpected(base::Error{code_from(error->code), base::shorten(error->message, 4000)}));
  } else {
    return base::fail(base::ErrorCode::invalid, "the agent sent a message that agents do not send");
  }
  return {};
}

void AgentConnection::went_online(net::Link& link) {
  link_ = &link;
  online_ = true;
  reason_.reset();
  connected_since_ = std::chrono::steady_clock::now();
  log_->info("agent {}: connected ({}, Slipway {})", addr_,
             base::printable(hello_->host.value_or("unknown host")), base::printable(hello_->version));
  listener_.connected(addr_);
}

void AgentConnection::went_offline(const base::Error& reason) {
  const bool was_online = std::exchange(online_, false);
  if (was_online) {
    offline_since_ = std::chrono::steady_clock::now();
    // One that breaks again and again is not dialled again and again at once.
    if (offline_since_ - connected_since_ > good_link) backoff_.reset();
    log_->warn("agent {}: offline: {}", addr_, reason.message);
  }
  const auto open = std::exchange(questions_, {});
  for (const auto& [id, question] : open) {
    question->answer = base::fail(base::ErrorCode::unavailable, "the agent went away: {}", reason.message);
    question->answered.notify();
  }
  set_reason(reason.message);
  if (was_online) listener_.gone(addr_);
}

void AgentConnection::set_reason(std::string reason) {
  if (reason_ == reason) return;
  log_->debug("agent {}: {}", addr_, reason);
  reason_ = std::move(reason);
  listener_.reason_changed(addr_);
}

void AgentConnection::send(std::string frame) {
  if (link_ != nullptr) link_->send(std::move(frame));
}

asio::awaitable<base::Result<wire::Answer>> AgentConnection::ask(wire::Query query, base::Millis limit) {
  if (!online_)
    co_return base::fail(base::ErrorCode::unavailable, "the agent {} is offline: {}", addr_,
                         reason_.value_or("unknown"));
  query.id = base::make_id();
  const auto question = std::make_shared<Question>(executor_);
  questions_.emplace(query.id, question);
  send(wire::encode(query));
  if (!question->answer) co_await question->answered.wait_for(limit);
  questions_.erase(query.id);
  if (question->answer) co_return std::move(*question->answer);
  co_return base::fail(base::ErrorCode::timeout, "the agent {} did not answer within {}", addr_,
                       base::format_duration(limit));
}

void AgentConnection::answer(const std::string& id, base::Result<wire::Answer> answer) {
  const auto found = questions_.find(id);
  if (found == questions_.end()) return log_->debug("agent {}: an answer that nobody waits for", addr_);
  found->second->answer = std::move(answer);
  found->second->answered.notify();
  questions_.erase(found);
}

}  // namespace slipway::server::fleet
