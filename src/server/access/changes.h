// What can be done to accounts and tokens, with its rules; for the API and for the command line alike.
// Blocking: on the database thread, or in a command; inside the caller's transaction.
#pragma once

#include "server/access/model.h"

namespace soci {
class session;
}

namespace slipway::server::access {

struct NewAccount {
  std::string name;
  Role role = Role::viewer;
  Apps apps;
  std::string password_hash;
};

struct AccountChange {
  std::optional<Role> role;
  std::optional<Apps> apps;  // present and none: all apps
  std::optional<bool> disabled;
  std::optional<std::string> password_hash;
};

struct NewToken {
  std::string name;
  std::string account;
  Role role = Role::viewer;
  Apps apps = {};
  std::optional<base::Time> expires_at = {};
};

// A token as it is shown once.
struct MadeToken {
  ApiToken token;
  std::string secret;
};

base::Result<Account> add_account(soci::session& sql, const NewAccount& wanted);

// Every change ends the sessions of the account: what its owner may do, or who he is, has changed.
base::Result<Account> change_account(soci::session& sql, const std::string& name,
                                     const AccountChange& change);

base::Result<MadeToken> add_token(soci::session& sql, const NewToken& wanted);

// Of one account, or of any.
base::Result<ApiToken> revoke_token(soci::session& sql, std::int64_t id,
                                    const std::optional<std::string>& account);

constexpr std::string_view token_prefix = "slp_";

}  // namespace slipway::server::access
