#include "server/fleet/agent_door.h"

#include <algorithm>
#include <boost/asio/this_coro.hpp>

#include "async/deadline.h"
#include "base/agent_name.h"
#include "base/text.h"

namespace slipway::server::fleet {
namespace {

namespace ip = asio::ip;
using base::Error;
using base::ErrorCode;

constexpr std::chrono::seconds hello_limit{10};

// Every agent may shake hands; what it may do is decided by its key afterwards.
base::Result<> anyone(const base::Fingerprint&) {
  return {};
}

}  // namespace

AgentDoor::AgentDoor(asio::any_io_executor executor, Credentials credentials, AgentHost& host,
                     base::Logger log, AgentDoorLimits limits)
    : executor_(executor),
      credentials_(std::move(credentials)),
      host_(host),
      log_(std::move(log)),
      limits_(limits),
      door_(executor, credentials_.tls),
      ports_(executor),
      tasks_(executor) {}

base::Result<> AgentDoor::listen(const base::Address& address) {
  if (!address.host.empty()) {
    boost::system::error_code error;
    const auto at = ip::make_address(address.host == "localhost" ? "127.0.0.1" : address.host, error);
    if (error)
      return base::fail(ErrorCode::invalid, "\"listen_agents\": \"{}\" is not an IP address to listen on",
                        address.host);
    return listen_on({at, address.port});
  }
  if (auto done = listen_on({ip::address_v4::any(), address.port}); !done) return done;
  // A host without IPv6 is fine.
  (void)listen_on({ip::address_v6::any(), ports_.port()});
  return {};
}

base::Result<> AgentDoor::listen_on(const Tcp::endpoint& endpoint) {
  if (const auto error = ports_.open(endpoint); error)
    return base::fail(ErrorCode::io, "\"listen_agents\": cannot listen on {}: {}", net::text_of(endpoint),
                      error.message());
  return {};
}

void AgentDoor::start() {
  ports_.accept(
      tasks_, [this](Tcp::socket socket) { tasks_.spawn(serve(std::move(socket))); },
      [this](const boost::system::error_code& error) {
        log_->warn("cannot accept an agent's connection: {}", error.message());
      });
}

asio::awaitable<void> AgentDoor::stop() {
  co_await tasks_.stop();
  ports_.close();
}

asio::awaitable<void> AgentDoor::serve(Tcp::socket socket) {
  boost::system::error_code gone;
  const auto remote = socket.remote_endpoint(gone);
  if (gone) co_return;
  const std::string from = remote.address().to_string();
  const auto same = std::ranges::count_if(visits_, [&](const Visit& visit) { return visit.from == from; });
  if (static_cast<std::size_t>(same) >= limits_.links_from_one) co_return;
  auto secured = co_await door_.enter(std::move(socket), anyone);
  if (!secured) co_return log_->debug("{}: closed: {}", from, secured.error().message);
  // The link must be stopped even if we are cancelled: errors come as values from here on.
  co_await asio::this_coro::throw_if_cancelled(false);
  net::Link link(std::move(secured->stream), executor_);
  const auto here = visits_.insert(visits_.end(), Visit{.from = from, .link = &link});
  const Error reason = co_await talk(*here, secured->peer);
  log_->debug("{}: {}", link.peer(), reason.message);
  visits_.erase(here);
  co_await link.stop();
}

asio::awaitable<Error> AgentDoor::talk(Visit& visit, base::Fingerprint key) {
  const auto hello = co_await exchange_hello(*visit.link);
  if (!hello) co_return hello.error();
  auto name = co_await admit(*hello, key);
  if (name && !name->empty()) co_return co_await host_.carry(std::move(*name), *visit.link, *hello, key);
  if (name) co_return co_await let_wait(visit, hello->name.value_or(""), key);
  log_->warn("{}: an agent that wants to be {} was turned away: {}", visit.link->peer(),
             base::printable(hello->name.value_or("")), name.error().message);
  co_await visit.link->disconnect(name.error().message);
  co_return name.error();
}

asio::awaitable<base::Result<wire::Hello>> AgentDoor::exchange_hello(net::Link& link) {
  link.send(wire::encode(credentials_.hello()));
  const auto payload = co_await async::within(hello_limit, "the agent's hello", link.receive());
  if (!payload) co_return std::unexpected(payload.error());
  auto hello = agents_hello(*payload);
  if (!hello) co_await link.disconnect(hello.error().message);
  co_return hello;
}

// An empty name: nobody knows it, and it may wait.
asio::awaitable<base::Result<std::string>> AgentDoor::admit(const wire::Hello& hello, base::Fingerprint key) {
  AgentKeys& keys = credentials_.keys;
  if (auto known = keys.name_of(key)) {
    if (auto met = co_await keys.met(*known, key); !met) co_return std::unexpected(met.error());
    if (hello.next_key) co_await keys.announced(*known, key, *hello.next_key);
    co_return std::move(*known);
  }
  const std::string name = hello.name.value_or("");
  if (!base::is_agent_name(name))
    co_return base::fail(ErrorCode::invalid, "an agent that dials needs a name; expected {}",
                         base::agent_name_form);
  if (auto free = keys.check_name(name, key); !free) {
    co_await keys.refused(name, key);
    co_return std::unexpected(free.error());
  }
  if (!hello.token) co_return std::string{};
  if (auto joined = co_await keys.join(name, key, *hello.token); !joined)
    co_return std::unexpected(joined.error());
  co_return name;
}

base::Result<> AgentDoor::has_room(const Visit& visit) const {
  const auto waits = [](const Visit& other) { return !other.waits_as.empty(); };
  const auto all = static_cast<std::size_t>(std::ranges::count_if(visits_, waits));
  const auto from_there = static_cast<std::size_t>(std::ranges::count_if(
      visits_, [&](const Visit& other) { return waits(other) && other.from == visit.from; }));
  if (all < limits_.waiting && from_there < limits_.waiting_from_one) return {};
  return base::fail(ErrorCode::unavailable, "too many agents wait to be approved already");
}

asio::awaitable<Error> AgentDoor::let_wait(Visit& visit, std::string name, base::Fingerprint key) {
  const bool taken = std::ranges::any_of(visits_, [&](const Visit& other) { return other.waits_as == name; });
  base::Result<> allowed = has_room(visit);
  if (allowed && taken)
    allowed = base::fail(ErrorCode::conflict, "another agent waits under the name {} already", name);
  if (allowed) {
    visit.waits_as = name;
    allowed = co_await credentials_.keys.wait(name, key);
  }
  if (!allowed) {
    visit.waits_as.clear();
    co_await visit.link->disconnect(allowed.error().message);
    co_return allowed.error();
  }
  visit.link->send(wire::encode(wire::Pending{fmt::format(
      "the server does not know this agent yet; it waits until somebody approves it: slipway-server agent "
      "approve -c server.json {}",
      name)}));
  const auto word = co_await visit.link->receive();
  visit.waits_as.clear();
  co_await credentials_.keys.waits_no_more(name);
  co_return word ? Error{ErrorCode::invalid, "an agent that waits has nothing to say"} : word.error();
}

void AgentDoor::decided(const std::string& name) {
  if (credentials_.keys.is_waiting(name)) return;
  for (Visit& visit : visits_) {
    if (visit.waits_as == name)
      visit.link->close({ErrorCode::cancelled, "a person has decided about the agent, which comes again"});
  }
}

}  // namespace slipway::server::fleet
