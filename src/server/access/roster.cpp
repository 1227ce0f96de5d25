#include "server/access/roster.h"

#include "server/access/tables.h"
#include "server/store/write_transaction.h"

namespace slipway::server::access {
namespace {

constexpr std::chrono::minutes between_uses{1};

}  // namespace

asio::awaitable<void> Roster::load() {
  replace(co_await database_.run([](store::Store& store) { return read_people(store.session()); }));
}

asio::awaitable<void> Roster::transact(std::function<bool(soci::session&)> function) {
  replace(co_await database_.run([function = std::move(function)](store::Store& store) {
    store::WriteTransaction transaction(store.session());
    if (function(store.session())) transaction.commit();
    return read_people(store.session());
  }));
}

void Roster::replace(People people) {
  people_ = std::move(people);
  if (changed_) changed_();
}

void Roster::used(const std::string& hash, base::Time now) {
  const auto found = people_.tokens.find(hash);
  if (found == people_.tokens.end()) return;
  ApiToken& token = found->second;
  if (token.last_used && now - *token.last_used < between_uses) return;
  token.last_used = now;
  uses_[token.id] = now;
}

std::vector<std::pair<std::int64_t, base::Time>> Roster::take_uses() {
  std::vector<std::pair<std::int64_t, base::Time>> taken(uses_.begin(), uses_.end());
  uses_.clear();
  return taken;
}

}  // namespace slipway::server::access
