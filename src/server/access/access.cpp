#include "server/access/access.h"

#include <boost/system/system_error.hpp>
#include <iostream>

#include "async/event.h"
#include "base/text.h"
#include "server/access/crypto.h"
#include "server/access/jwt.h"
#include "server/access/secret.h"
#include "server/access/tables.h"

namespace slipway::server::access {
namespace {

constexpr std::size_t max_told = 100;
constexpr std::size_t first_password_bytes = 15;

std::unexpected<base::Error> unknown(std::string_view why) {
  return base::fail(base::ErrorCode::invalid, "{}", why);
}

Identity identity_of(const Account& account, Via via, std::string key) {
  return {
      .name = account.name, .role = account.role, .apps = account.apps, .via = via, .key = std::move(key)};
}

Identity identity_of(const ApiToken& token, const Account& owner) {
  return {.name = owner.name,
          .role = std::min(token.role, owner.role),
          .apps = common(token.apps, owner.apps),
          .via = Via::token,
          .key = token.hash,
          .label = token.name};
}

const Account* enabled(const People& people, std::string_view name) {
  const Account* account = people.find_account(name);
  return account != nullptr && !account->disabled ? account : nullptr;
}

}  // namespace

Access::Access(const asio::any_io_executor& executor, const config::Current& config,
               store::Database& database, std::filesystem::path data_dir, base::Logger log)
    : config_(config),
      database_(database),
      data_dir_(std::move(data_dir)),
      log_(log),
      roster_(database),
      audit_(database, std::move(log)),
      tasks_(executor) {}

asio::awaitable<base::Result<>> Access::open() {
  if (auto read = co_await read_secret(); !read) co_return read;
  co_await roster_.load();
  if (roster_.people().accounts.empty()) co_return co_await make_first_admin();
  co_return base::Result<>{};
}

asio::awaitable<void> Access::stop() {
  co_await tasks_.stop();
  co_await write_what_waits(true);
}

asio::awaitable<base::Result<>> Access::reload() {
  co_await roster_.load();
  co_return co_await read_secret();
}

asio::awaitable<base::Result<>> Access::read_secret() {
  auto secret =
      co_await database_.run([configured = config_.get()->jwt_secret, directory = data_dir_, log = log_](
                                 store::Store&) { return signing_secret(configured, directory, log); });
  if (!secret) co_return std::unexpected(secret.error());
  secret_ = std::move(*secret);
  co_return base::Result<>{};
}

asio::awaitable<base::Result<>> Access::make_first_admin() {
  const std::string password = random_text(first_password_bytes);
  const auto hash = co_await hasher_.hash(password);
  if (!hash) co_return std::unexpected(hash.error());
  const auto made = co_await roster_.change([hash = *hash](soci::session& sql) {
    AuditEntry entry{.at = base::now(),
                     .via = "first start",
                     .what = "createUser",
                     .target = "users/admin",
                     .result = "done",
                     .detail = "role admin"};
    append(sql, entry);
    return add_account(sql, {.name = "admin", .role = Role::admin, .password_hash = hash});
  });
  if (!made) co_return std::unexpected(made.error());
  // On standard output, which is not what is collected as the log of a service.
  std::cout
      << "Slipway made the account \"admin\" with the password " << password
      << "\nIt is shown only this once; change it at the page, or with: slipway-server user passwd admin"
      << std::endl;
  log_->info("made the account \"admin\"; its password was printed on standard output");
  co_return base::Result<>{};
}

base::Result<Identity> Access::identify(const Credentials& credentials, const std::string& peer) {
  const bool named = credentials.proxy_name && proxy().trusts(peer);
  if (credentials.proxy_name && !named) tell_foreign_header(peer);
  if (credentials.bearer && !credentials.bearer->empty()) {
    const bool token = credentials.bearer->starts_with(token_prefix);
    return token ? by_token(*credentials.bearer) : by_session(*credentials.bearer);
  }
  if (named) return by_proxy(*credentials.proxy_name);
  if (credentials.bearer) return unknown("only \"Authorization: Bearer TOKEN\" is understood");
  if (credentials.cookie) return by_session(*credentials.cookie);
  return unknown("nobody is logged in");
}

void Access::tell_foreign_header(const std::string& peer) {
  if (told_.size() >= max_told || !told_.insert(peer).second) return;
  log_->warn(
      "{} sends the header \"{}\", which is ignored: it is believed only from the addresses in \"auth\"",
      peer, proxy().header);
}

base::Result<Identity> Access::by_token(const std::string& token) {
  const std::string hash = sha256(token);
  const base::Time now = base::now();
  const auto found = roster_.people().tokens.find(hash);
  if (found == roster_.people().tokens.end())
    return unknown("the API token is not known; it may have been revoked");
  if (found->second.expired(now)) return unknown("the API token has expired; make another one");
  const Account* owner = enabled(roster_.people(), found->second.account);
  if (owner == nullptr) return unknown("the account of the API token is disabled");
  const Identity identity = identity_of(found->second, *owner);
  roster_.used(hash, now);
  return identity;
}

base::Result<Identity> Access::by_session(const std::string& token) const {
  const base::Time now = base::now();
  const auto claims = verify(token, secret_, now);
  if (!claims) return std::unexpected(claims.error());
  const Session* session = roster_.people().find_session(claims->session);
  if (session == nullptr || session->over(now) || session->account != claims->account)
    return unknown("the session has ended; log in again");
  const Account* account = enabled(roster_.people(), session->account);
  if (account == nullptr) return unknown("the account is disabled");
  return identity_of(*account, Via::session, session->id);
}

base::Result<Identity> Access::by_proxy(const std::string& name) const {
  const Account* account = enabled(roster_.people(), name);
  if (account != nullptr) return identity_of(*account, Via::proxy, "");
  const std::string shown = base::printable(base::shorten(name, 80));
  return unknown(fmt::format(
      "the proxy names \"{}\", but there is no such account, or it is disabled; an admin makes it with: "
      "slipway-server user add {}",
      shown, shown));
}

std::optional<Identity> Access::now_of(const Identity& identity) const {
  const People& people = roster_.people();
  const Account* account = enabled(people, identity.name);
  if (account == nullptr) return std::nullopt;
  if (identity.via == Via::proxy) return identity_of(*account, Via::proxy, "");
  if (identity.via == Via::token) {
    const auto token = people.tokens.find(identity.key);
    if (token == people.tokens.end() || token->second.expired(base::now())) return std::nullopt;
    return identity_of(token->second, *account);
  }
  const Session* session = people.find_session(identity.key);
  if (session == nullptr || session->over(base::now())) return std::nullopt;
  return identity_of(*account, Via::session, session->id);
}

bool Access::still_valid(const Identity& identity) const {
  const auto now = now_of(identity);
  return now && now->role == identity.role && now->apps == identity.apps;
}

asio::awaitable<void> Access::tidy() {
  for (;;) {
    co_await async::sleep_for(std::chrono::seconds{20});
    co_await write_what_waits(false);
  }
}

// None of it is worth ending the server for.
asio::awaitable<void> Access::write_what_waits(bool all) {
  try {
    co_await audit_.write_counted(all);
    co_await database_.run([uses = roster_.take_uses()](store::Store& store) {
      for (const auto& [id, at] : uses) touch_token(store.session(), id, at);
      return true;
    });
  } catch (const boost::system::system_error&) {
    throw;  // cancelled
  } catch (const std::exception& error) {
    log_->error("{}", store::database_error(error).message);
  }
}

}  // namespace slipway::server::access
