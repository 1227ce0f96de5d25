// Who may do what: logins, sessions, tokens, the proxy's word, and the audit log. Start with Access.
//
//   Access access{executor, config, database, data_dir, log};
//   co_await access.open();                       // the first start makes "admin"
//   const auto who = access.identify(credentials, peer);
//
// One thread: the event loop's.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <expected>
#include <filesystem>
#include <set>

#include "async/task_group.h"
#include "base/log.h"
#include "server/access/audit_log.h"
#include "server/access/changes.h"
#include "server/access/hasher.h"
#include "server/access/login_limits.h"
#include "server/access/roster.h"
#include "server/config/current.h"

namespace slipway::server::access {

// What a request says about who sent it, each as it was found.
struct Credentials {
  std::optional<std::string> bearer;      // Authorization: Bearer …; empty: another kind of authorization
  std::optional<std::string> cookie;      // the session's
  std::optional<std::string> proxy_name;  // the proxy's header
};

struct LoginRequest {
  std::string name;
  std::string password;
  std::string origin;  // the address
  std::string device;  // the cookie of an earlier login
};

// A session as its owner is given it.
struct Grant {
  Identity identity;
  std::string token;
  base::Time expires_at;  // of the token
  std::string renewal;    // empty: as it was
  std::string device;
};

struct LoginRefused {
  enum class Why { wrong, too_often, busy };
  Why why = Why::wrong;
  std::string detail;
  std::chrono::seconds wait{0};
};

class Access {
 public:
  Access(const asio::any_io_executor& executor, const config::Current& config, store::Database& database,
         std::filesystem::path data_dir, base::Logger log);

  // Before anything else. An error is one of the data directory.
  asio::awaitable<base::Result<>> open();
  void start() { tasks_.spawn(tidy()); }
  asio::awaitable<void> stop();

  // Another process has changed the tables, or the configuration is another.
  asio::awaitable<base::Result<>> reload();

  // Called whenever somebody may have lost a right: who serves a stream asks still_valid() again.
  void on_change(std::function<void()> changed) { roster_.on_change(std::move(changed)); }

  base::Result<Identity> identify(const Credentials& credentials, const std::string& peer);
  bool still_valid(const Identity& identity) const;

  asio::awaitable<std::expected<Grant, LoginRefused>> log_in(LoginRequest request);
  // With the secret that only the browser has, or with a token that is still good.
  asio::awaitable<base::Result<Grant>> renew(std::string session, std::optional<std::string> secret);
  asio::awaitable<void> log_out(std::string session);
  // Ends all sessions of the account, and begins a new one.
  asio::awaitable<std::expected<Grant, LoginRefused>> change_password(LoginRequest request,
                                                                      std::string new_password);

  Roster& roster() { return roster_; }
  Hasher& hasher() { return hasher_; }
  AuditLog& audit() { return audit_; }
  const config::AuthProxy& proxy() const { return config_.get()->auth.proxy; }

 private:
  base::Result<Identity> by_token(const std::string& token);
  base::Result<Identity> by_session(const std::string& token) const;
  base::Result<Identity> by_proxy(const std::string& name) const;
  std::optional<Identity> now_of(const Identity& identity) const;
  asio::awaitable<std::expected<Account, LoginRefused>> check(const LoginRequest& request);
  asio::awaitable<Grant> begin_session(Account account, std::string origin);
  Grant grant(const Account& account, const std::string& session) const;
  std::string device_of(const std::string& account, const std::string& shown) const;
  std::string make_device(const std::string& account) const;
  void tell_foreign_header(const std::string& peer);
  asio::awaitable<base::Result<>> make_first_admin();
  asio::awaitable<base::Result<>> read_secret();
  asio::awaitable<void> tidy();
  asio::awaitable<void> write_what_waits(bool all);

  const config::Current& config_;
  store::Database& database_;
  std::filesystem::path data_dir_;
  base::Logger log_;
  std::string secret_;
  std::set<std::string> told_;  // the addresses whose foreign header was told
  LoginLimits limits_;
  Hasher hasher_;
  Roster roster_;
  AuditLog audit_;
  async::TaskGroup tasks_;  // last: it goes first
};

}  // namespace slipway::server::access
