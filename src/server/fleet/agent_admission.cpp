// How agents that dial come to be known: by a token, or by a person's word.
#include <ranges>

#include "base/agent_name.h"
#include "net/join_token.h"
#include "server/fleet/agent_keys.h"

namespace slipway::server::fleet {
namespace {

using base::ErrorCode;
using base::Fingerprint;

}  // namespace

std::optional<std::string> AgentKeys::name_of(const Fingerprint& key) const {
  for (const auto& [agent, configured] : configured_) {
    if (configured.dials && (configured.pin == key || is_next(agent, key))) return agent;
  }
  for (const auto& [agent, row] : remembered_) {
    const bool is_pinned = pin_of(agent).has_value();
    if (base::is_agent_name(agent) && !is_pinned && (row.key == key || is_next(agent, key))) return agent;
  }
  return std::nullopt;
}

base::Result<> AgentKeys::check_name(const std::string& name, const Fingerprint& key) const {
  const store::AgentKey* row = remembered(name);
  if (pin_of(name) || (row != nullptr && row->key))
    return base::fail(
        ErrorCode::conflict,
        "the name {} belongs to an agent with another key. If this host was set up anew, accept its key "
        "on the server: slipway-server trust -c server.json {} --accept {}",
        name, name, key.text());
  if (row != nullptr && row->rejected && row->offered == key)
    return base::fail(ErrorCode::conflict, "this agent was rejected on the server");
  return {};
}

bool AgentKeys::is_waiting(const std::string& name) const {
  const store::AgentKey* row = remembered(name);
  return row != nullptr && row->dials && !row->key && row->offered && !row->rejected;
}

base::Result<> AgentKeys::check_token(const std::optional<store::JoinToken>& token,
                                      const std::string& name) const {
  if (!token || !token->good(base::now()))
    return base::fail(ErrorCode::conflict,
                      "the join token is unknown, used up, revoked, or has expired; make another "
                      "on the server: slipway-server token create -c server.json");
  if (!token->app) return {};
  const Configured* agent = configured(name);
  if (agent != nullptr && agent->dials && agent->apps.contains(*token->app)) return {};
  return base::fail(ErrorCode::conflict,
                    "the join token is for the app {}, of which no node has \"agent\": \"{}\"", *token->app,
                    name);
}

asio::awaitable<base::Result<>> AgentKeys::join(std::string name, Fingerprint key, std::string token) {
  const std::string hash = net::hash_of_token(token);
  const auto found = co_await database_.run([=](store::Store& store) { return store.find_join_token(hash); });
  if (!found) co_return std::unexpected(found.error());
  if (auto good = check_token(*found, name); !good) co_return good;
  const auto joined =
      co_await database_.run([=, row = **found](store::Store& store) { return store.join(row, name, key); });
  if (!joined) co_return joined;
  log_->info("agent {}: joined with the token {}; its key is {}", name, (*found)->id, key.text());
  co_await load();
  co_return base::Result<>{};
}

asio::awaitable<base::Result<>> AgentKeys::wait(std::string name, Fingerprint key) {
  const auto kept =
      co_await database_.run([=](store::Store& store) { return store.record_waiting(name, key); });
  if (!kept) co_return kept;
  log_->warn("agent {}: waits to be approved; its key is {}: slipway-server agent approve -c server.json {}",
             name, key.text(), name);
  co_await load();
  co_return base::Result<>{};
}

asio::awaitable<void> AgentKeys::waits_no_more(std::string name) {
  if (!is_waiting(name)) co_return;
  const auto done = co_await database_.run([=](store::Store& store) { return store.forget_waiting(name); });
  if (!done) log_->error("agent {}: {}", name, done.error().message);
  co_await load();
}

std::vector<std::string> AgentKeys::agents() const {
  std::vector<std::string> names;
  for (const std::string& agent : remembered_ | std::views::keys) names.push_back(agent);
  return names;
}

asio::awaitable<base::Result<>> AgentKeys::approve(std::string agent, std::string who) {
  const store::AgentKey* row = remembered(agent);
  if (row == nullptr || !row->offered)
    co_return base::fail(ErrorCode::conflict, "the agent {} does not wait to be approved", agent);
  co_return co_await accept(agent, *row->offered, std::move(who));
}

asio::awaitable<base::Result<>> AgentKeys::reject(std::string agent, std::string who) {
  const auto done = co_await database_.run([=](store::Store& store) { return store.reject_key(agent); });
  if (!done) co_return done;
  log_->info("agent {}: rejected by {}", agent, who);
  co_await load();
  co_return base::Result<>{};
}

}  // namespace slipway::server::fleet
