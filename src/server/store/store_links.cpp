// The part of the store that is about agents and their keys.
#include "server/store/agent_keys.h"
#include "server/store/join_tokens.h"
#include "server/store/store_impl.h"

namespace slipway::server::store {

std::vector<AgentKey> Store::agent_keys() {
  return select_agent_keys(impl_->sql);
}

base::Result<> Store::record_first_contact(const std::string& agent, const base::Fingerprint& key) {
  return impl_->attempt([&] {
    impl_->sync_fully(true);
    store::record_first_contact(impl_->sql, agent, key, base::now());
  });
}

base::Result<> Store::record_offer(const std::string& agent,
                                   const std::optional<base::Fingerprint>& offered) {
  return impl_->attempt([&] { store::record_offer(impl_->sql, agent, offered, base::now()); });
}

base::Result<> Store::accept_key(const std::string& agent, const base::Fingerprint& key,
                                 const std::string& who) {
  base::Result<> accepted;
  const auto done = impl_->attempt([&] {
    impl_->sync_fully(true);
    accepted = store::accept_key(impl_->sql, agent, key, who, base::now());
  });
  return done ? accepted : done;
}

base::Result<> Store::record_next_key(const std::string& agent, const base::Fingerprint& of,
                                      const base::Fingerprint& next) {
  return impl_->attempt([&] {
    impl_->sync_fully(true);
    record_next(impl_->sql, agent, of, next);
  });
}

base::Result<> Store::take_next_key(const std::string& agent, const base::Fingerprint& next) {
  return impl_->attempt([&] {
    impl_->sync_fully(true);
    take_next(impl_->sql, agent, next);
  });
}

base::Result<> Store::reject_key(const std::string& agent) {
  base::Result<> rejected;
  const auto done = impl_->attempt([&] { rejected = store::reject_key(impl_->sql, agent); });
  return done ? rejected : done;
}

base::Result<> Store::record_waiting(const std::string& agent, const base::Fingerprint& key) {
  return impl_->attempt([&] { store::record_waiting(impl_->sql, agent, key, base::now()); });
}

base::Result<> Store::forget_waiting(const std::string& agent) {
  return impl_->attempt([&] { store::forget_waiting(impl_->sql, agent); });
}

base::Result<> Store::forget_all_waiting() {
  return impl_->attempt([&] { store::forget_all_waiting(impl_->sql); });
}

base::Result<std::vector<JoinToken>> Store::join_tokens() {
  std::vector<JoinToken> tokens;
  const auto done = impl_->attempt([&] { tokens = select_join_tokens(impl_->sql, base::now()); });
  if (!done) return std::unexpected(done.error());
  return tokens;
}

base::Result<std::int64_t> Store::add_join_token(const JoinToken& token) {
  std::int64_t id = 0;
  const auto done = impl_->attempt([&] { id = insert_join_token(impl_->sql, token); });
  if (!done) return std::unexpected(done.error());
  return id;
}

base::Result<> Store::revoke_join_token(std::int64_t id) {
  bool found = false;
  const auto done = impl_->attempt([&] { found = store::revoke_join_token(impl_->sql, id); });
  if (!done || found) return done;
  return base::fail(base::ErrorCode::not_found, "there is no join token {}; see: slipway-server token list",
                    id);
}

base::Result<std::optional<JoinToken>> Store::find_join_token(const std::string& hash) {
  std::optional<JoinToken> token;
  const auto done = impl_->attempt([&] { token = store::find_join_token(impl_->sql, hash); });
  if (!done) return std::unexpected(done.error());
  return token;
}

base::Result<> Store::join(const JoinToken& token, const std::string& agent, const base::Fingerprint& key) {
  bool used = false;
  const auto done = impl_->attempt([&] {
    impl_->sync_fully(true);
    WriteTransaction transaction(impl_->sql);
    used = use_join_token(impl_->sql, token.id, base::now());
    if (used) record_joined(impl_->sql, agent, key, fmt::format("join token {}", token.id), base::now());
    transaction.commit();
  });
  if (!done || used) return done;
  return base::fail(base::ErrorCode::conflict, "the join token was used up, revoked, or has expired");
}

}  // namespace slipway::server::store
