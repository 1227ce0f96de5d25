// Logging in and out.
#include "base/id.h"
#include "base/text.h"
#include "server/access/access.h"
#include "server/access/crypto.h"
#include "server/access/jwt.h"
#include "server/access/tables.h"

namespace slipway::server::access {
namespace {

constexpr std::size_t renewal_bytes = 32;
constexpr std::size_t device_bytes = 12;
constexpr std::size_t max_device = 200;
constexpr std::size_t max_password_bytes = 1024;

LoginRefused wrong() {
  return {LoginRefused::Why::wrong, "the name or the password is wrong"};
}

std::string device_code(const std::string& secret, const std::string& account, const std::string& nonce) {
  return hmac_sha256(secret, fmt::format("device\n{}\n{}", account, nonce));
}

// Another secret ends all sessions, also what they are renewed by.
std::string renewal_hash(const std::string& secret, const std::string& renewal) {
  return hmac_sha256(secret, "renewal\n" + renewal);
}

}  // namespace

// What was made for another account, or by another secret, is none.
std::string Access::device_of(const std::string& account, const std::string& shown) const {
  const std::size_t dot = shown.find('.');
  if (dot == std::string::npos || shown.size() > max_device) return {};
  const std::string nonce = shown.substr(0, dot);
  return equal(shown.substr(dot + 1), device_code(secret_, account, nonce)) ? nonce : std::string{};
}

std::string Access::make_device(const std::string& account) const {
  const std::string nonce = random_text(device_bytes);
  return fmt::format("{}.{}", nonce, device_code(secret_, account, nonce));
}

// Takes as long for an account that does not exist, or that is disabled.
asio::awaitable<std::expected<Account, LoginRefused>> Access::check(const LoginRequest& request) {
  const LoginAttempt attempt{request.name, request.origin, device_of(request.name, request.device)};
  if (const auto wait = limits_.attempt(attempt, LoginLimits::Time::clock::now()))
    co_return std::unexpected(
        LoginRefused{LoginRefused::Why::too_often,
                     fmt::format("too many attempts to log in; try again in {} s", wait->count()), *wait});
  const Account* known = roster_.people().find_account(request.name);
  const std::string hash = known != nullptr ? known->password_hash : nobodys_hash();
  const auto right = co_await hasher_.verify(hash, request.password.substr(0, max_password_bytes + 1));
  if (!right) {
    limits_.succeeded(attempt);
    co_return std::unexpected(
        LoginRefused{LoginRefused::Why::busy, right.error().message, std::chrono::seconds{5}});
  }
  // It may have changed while the password was looked at.
  const Account* account = roster_.people().find_account(request.name);
  if (!*right || account == nullptr || account->password_hash != hash) co_return std::unexpected(wrong());
  limits_.succeeded(attempt);
  if (account->disabled)
    co_return std::unexpected(
        LoginRefused{LoginRefused::Why::wrong, "this account is disabled; an admin can enable it"});
  co_return *account;
}

asio::awaitable<std::expected<Grant, LoginRefused>> Access::log_in(LoginRequest request) {
  const auto account = co_await check(request);
  if (!account) co_return std::unexpected(account.error());
  Grant grant = co_await begin_session(*account, request.origin);
  grant.device = make_device(account->name);
  co_return grant;
}

asio::awaitable<Grant> Access::begin_session(Account account, std::string origin) {
  const std::string renewal = random_text(renewal_bytes);
  const base::Time now = base::now();
  const Session session{.id = base::make_id(),
                        .account = account.name,
                        .renewal_hash = renewal_hash(secret_, renewal),
                        .origin = std::move(origin),
                        .created_at = now,
                        .renewed_at = now};
  (void)co_await roster_.change([account, session](soci::session& sql) -> base::Result<> {
    insert(sql, session);
    tidy_sessions(sql, account.name, session.created_at);
    note_login(sql, account.name, session.created_at);
    return {};
  });
  Grant made = grant(account, session.id);
  made.renewal = renewal;
  co_return made;
}

Grant Access::grant(const Account& account, const std::string& session) const {
  const base::Time now = base::now();
  const Claims claims{account.name, session, now, now + token_lifetime};
  return {.identity = {.name = account.name, .role = account.role, .apps = account.apps, .key = session},
          .token = sign(claims, secret_),
          .expires_at = claims.expires};
}

asio::awaitable<base::Result<Grant>> Access::renew(std::string id, std::optional<std::string> secret) {
  const base::Time now = base::now();
  const Session* session = roster_.people().find_session(id);
  if (session == nullptr || session->over(now) ||
      (secret && !equal(session->renewal_hash, renewal_hash(secret_, *secret))))
    co_return base::fail(base::ErrorCode::invalid, "the session has ended; log in again");
  co_await roster_.change([id, now](soci::session& sql) -> base::Result<> {
    renew_session(sql, id, now);
    return {};
  });
  // It may have ended meanwhile.
  session = roster_.people().find_session(id);
  const Account* account = session == nullptr ? nullptr : roster_.people().find_account(session->account);
  if (account == nullptr || account->disabled)
    co_return base::fail(base::ErrorCode::invalid, "the session has ended; log in again");
  co_return grant(*account, id);
}

asio::awaitable<void> Access::log_out(std::string session) {
  (void)co_await roster_.change([session = std::move(session)](soci::session& sql) -> base::Result<> {
    end_session(sql, session);
    return {};
  });
}

asio::awaitable<std::expected<Grant, LoginRefused>> Access::change_password(LoginRequest request,
                                                                            std::string new_password) {
  const auto account = co_await check(request);
  if (!account) co_return std::unexpected(account.error());
  const auto hash = co_await hasher_.hash(std::move(new_password));
  if (!hash)
    co_return std::unexpected(
        LoginRefused{LoginRefused::Why::busy, hash.error().message, std::chrono::seconds{5}});
  const auto changed = co_await roster_.change([name = account->name, hash = *hash](soci::session& sql) {
    return change_account(sql, name, {.password_hash = hash});
  });
  if (!changed) co_return std::unexpected(LoginRefused{LoginRefused::Why::wrong, changed.error().message});
  Grant grant = co_await begin_session(*changed, request.origin);
  grant.device = make_device(account->name);
  co_return grant;
}

}  // namespace slipway::server::access
