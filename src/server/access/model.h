// Who there is: accounts, their sessions, their API tokens.
#pragma once

#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/time.h"

namespace slipway::server::access {

// Each may do what the one before it may.
BOOST_DEFINE_ENUM_CLASS(Role, viewer, deployer, admin)

// The apps that somebody is limited to; none: all of them.
using Apps = std::optional<std::vector<std::string>>;

bool may_see(const Apps& apps, std::string_view app);
// "apps shop, site", or "all apps".
std::string told(const Apps& apps);
// What is in both.
Apps common(const Apps& a, const Apps& b);

struct Account {
  std::string name;
  Role role = Role::viewer;
  Apps apps;
  bool disabled = false;
  std::string password_hash;
  base::Time created_at;
  std::optional<base::Time> last_login;
};

// From a login to a logout. What it is renewed by is known to the browser only; here is a hash of it.
struct Session {
  static constexpr std::chrono::hours idle_limit{12};
  static constexpr std::chrono::days age_limit{7};

  std::string id;
  std::string account;
  std::string renewal_hash;
  std::string origin;  // the address that logged in
  base::Time created_at;
  base::Time renewed_at;

  // Without a renewal for too long, or simply old.
  bool over(base::Time now) const;
};

// For scripts. It can never do more than the account that it belongs to.
struct ApiToken {
  std::int64_t id = 0;
  std::string name;
  std::string account;
  Role role = Role::viewer;
  Apps apps;
  std::string hash;
  base::Time created_at;
  std::optional<base::Time> expires_at;
  std::optional<base::Time> last_used;

  bool expired(base::Time now) const { return expires_at && *expires_at <= now; }
};

struct People {
  std::map<std::string, Account, std::less<>> accounts;
  std::map<std::string, Session, std::less<>> sessions;  // by id
  std::map<std::string, ApiToken, std::less<>> tokens;   // by hash

  const Account* find_account(std::string_view name) const;
  const Session* find_session(std::string_view id) const;
};

// How somebody showed who he is.
BOOST_DEFINE_ENUM_CLASS(Via, session, token, proxy)

// Who is behind a request, and what he may do with it.
struct Identity {
  std::string name;
  Role role = Role::viewer;
  Apps apps;
  Via via = Via::session;
  std::string key = {};    // the session's id; the token's hash
  std::string label = {};  // the token's name

  bool sees(std::string_view app) const { return may_see(apps, app); }
};

std::string name_of(Role role);
base::Result<Role> parse_role(std::string_view text);
base::Result<> check_account_name(std::string_view name);
base::Result<> check_password(std::string_view password, std::string_view account);

}  // namespace slipway::server::access
