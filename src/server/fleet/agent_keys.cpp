#include "server/fleet/agent_keys.h"

namespace slipway::server::fleet {
namespace {

using base::ErrorCode;
using base::Fingerprint;

base::Result<> changed_key(const std::string& agent, const Fingerprint& known, const Fingerprint& shown) {
  return base::fail(
      ErrorCode::conflict,
      "the agent {0} shows another key than before: {2}, known is {1}. If its host was set up anew, "
      "accept the new key with: slipway-server trust -c server.json {0} --accept {2}  If not, "
      "somebody else answers there",
      agent, known.text(), shown.text());
}

base::Result<> not_the_pinned(const std::string& agent, const Fingerprint& pinned, const Fingerprint& shown) {
  return base::fail(
      ErrorCode::conflict,
      "the agent {} shows the key {}, but server.json has the \"fingerprint\" {}. If its host was "
      "set up anew, write the new one there; if not, somebody else answers there",
      agent, shown.text(), pinned.text());
}

}  // namespace

AgentKeys::AgentKeys(const config::Current& config, store::Database& database, base::Logger log)
    : config_(config), database_(database), log_(std::move(log)) {
  config_changed();
}

void AgentKeys::config_changed() {
  configured_.clear();
  for (const config::App& app : config_.get()->apps) {
    for (const config::Node& node : app.nodes) {
      Configured& agent = configured_[node.agent_id()];
      agent.dials = !node.agent.empty();
      agent.apps.insert(app.name);
      agent.plaintext = node.plaintext;
      if (node.fingerprint) agent.pin = node.fingerprint;
    }
  }
}

asio::awaitable<void> AgentKeys::load() {
  take(co_await database_.run([](store::Store& store) { return store.agent_keys(); }));
}

void AgentKeys::take(std::vector<store::AgentKey> rows) {
  auto before = std::exchange(remembered_, {});
  for (store::AgentKey& row : rows) remembered_[row.agent] = std::move(row);
  std::vector<std::string> changed;
  for (const auto& [agent, key] : remembered_) {
    const auto old = before.find(agent);
    if (old == before.end() || old->second != key) changed.push_back(agent);
    if (old != before.end()) before.erase(old);
  }
  for (const auto& [agent, key] : before) changed.push_back(agent);
  for (const std::string& agent : changed) changed_(agent);
}

const store::AgentKey* AgentKeys::remembered(const std::string& agent) const {
  const auto found = remembered_.find(agent);
  return found == remembered_.end() ? nullptr : &found->second;
}

const AgentKeys::Configured* AgentKeys::configured(const std::string& agent) const {
  const auto found = configured_.find(agent);
  return found == configured_.end() ? nullptr : &found->second;
}

std::optional<Fingerprint> AgentKeys::pin_of(const std::string& agent) const {
  const Configured* found = configured(agent);
  return found == nullptr ? std::nullopt : found->pin;
}

// An agent that no node has any more may be needed for orders that are under way. If it had ever shown a key,
// that would be remembered; and plaintext reaches no further than this host.
bool AgentKeys::plaintext(const std::string& agent) const {
  if (const Configured* found = configured(agent)) return found->plaintext;
  const auto address = base::parse_address(agent);
  return address && address->is_loopback() && remembered(agent) == nullptr;
}

std::optional<Fingerprint> AgentKeys::key_of(const std::string& agent) const {
  if (const auto pin = pin_of(agent)) return pin;
  const store::AgentKey* known = remembered(agent);
  return known == nullptr ? std::nullopt : known->key;
}

// Void with the key that announced it.
bool AgentKeys::is_next(const std::string& agent, const Fingerprint& key) const {
  const store::AgentKey* row = remembered(agent);
  const auto known = key_of(agent);
  return row != nullptr && known && row->next == key && row->next_of == known;
}

base::Result<> AgentKeys::check(const std::string& agent, const Fingerprint& key) const {
  const auto known = key_of(agent);
  if (!known || *known == key || is_next(agent, key)) return {};
  return pin_of(agent) ? not_the_pinned(agent, *known, key) : changed_key(agent, *known, key);
}

asio::awaitable<base::Result<>> AgentKeys::met(std::string agent, Fingerprint key) {
  const store::AgentKey* before = remembered(agent);
  const bool first = before == nullptr || !before->key;
  const bool was_offered = before != nullptr && before->offered;
  const bool next = is_next(agent, key) && !pin_of(agent);
  if (is_next(agent, key) && !next)
    log_->warn("agent {}: has changed its key to {}: write that into \"fingerprint\" in server.json", agent,
               key.text());
  if (!first && !was_offered && !next) co_return check(agent, key);
  const auto kept = co_await database_.run([=](store::Store& store) -> base::Result<> {
    if (next) {
      if (auto taken = store.take_next_key(agent, key); !taken) return taken;
    }
    if (was_offered) {
      if (auto cleared = store.record_offer(agent, std::nullopt); !cleared) return cleared;
    }
    return first ? store.record_first_contact(agent, key) : base::Result<>{};
  });
  if (!kept) co_return std::unexpected(kept.error().context("the agent's key cannot be remembered"));
  co_await load();
  if (first && !pin_of(agent))
    log_->warn(
        "agent {}: first contact; its key {} is remembered, and unconfirmed until: slipway-server trust "
        "-c server.json {} --accept {}",
        agent, key.text(), agent, key.text());
  // Somebody else's word may have come first.
  co_return check(agent, key);
}

asio::awaitable<void> AgentKeys::announced(std::string agent, Fingerprint key, std::string text) {
  const auto next = base::parse_fingerprint(text);
  if (!next)
    co_return log_->warn("agent {}: announces a next key that is none: {}", agent, next.error().message);
  if (*next == key || is_next(agent, *next)) co_return;
  if (key_of(agent) != key)
    co_return log_->warn(
        "agent {}: announces another key before \"fingerprint\" in server.json is the one that it "
        "has now, {}: write that there first",
        agent, key.text());
  const auto kept =
      co_await database_.run([=](store::Store& store) { return store.record_next_key(agent, key, *next); });
  if (!kept) co_return log_->error("agent {}: {}", agent, kept.error().message);
  log_->info("agent {}: will have the key {} in the place of {}", agent, next->text(), key.text());
  co_await load();
}

asio::awaitable<void> AgentKeys::refused(std::string agent, Fingerprint key) {
  const store::AgentKey* before = remembered(agent);
  if (before != nullptr && before->offered == key) co_return;
  if (const auto trusted = check(agent, key); !trusted)
    log_->warn("agent {}: {}", agent, trusted.error().message);
  const auto kept =
      co_await database_.run([=](store::Store& store) { return store.record_offer(agent, key); });
  if (!kept) co_return log_->error("agent {}: {}", agent, kept.error().message);
  co_await load();
}

TrustState AgentKeys::state(const std::string& agent) const {
  if (plaintext(agent)) return TrustState::plaintext;
  const store::AgentKey* known = remembered(agent);
  const bool pinned = pin_of(agent).has_value();
  if (!pinned && (known == nullptr || !known->key)) return TrustState::pending;
  if (known != nullptr && known->offered) return TrustState::changed;
  if (pinned) return TrustState::pinned;
  return known->confirmed ? TrustState::confirmed : TrustState::unconfirmed;
}

store::AgentKey AgentKeys::known(const std::string& agent) const {
  const store::AgentKey* row = remembered(agent);
  store::AgentKey known = row == nullptr ? store::AgentKey{.agent = agent} : *row;
  if (const auto pin = pin_of(agent)) {
    if (known.key != pin) known = {.agent = agent, .offered = known.offered, .offered_at = known.offered_at};
    known.key = pin;
  }
  return known;
}

asio::awaitable<base::Result<>> AgentKeys::accept(std::string agent, Fingerprint key, std::string who) {
  if (plaintext(agent))
    co_return base::fail(ErrorCode::conflict, "the link to the agent {} is plaintext and shows no key",
                         agent);
  if (pin_of(agent))
    co_return base::fail(
        ErrorCode::conflict,
        "the key of the agent {} is pinned by \"fingerprint\" in server.json: change it there", agent);
  const auto accepted =
      co_await database_.run([=](store::Store& store) { return store.accept_key(agent, key, who); });
  if (!accepted) co_return accepted;
  log_->info("agent {}: the key {} was confirmed by {}", agent, key.text(), who);
  co_await load();
  co_return base::Result<>{};
}

}  // namespace slipway::server::fleet
