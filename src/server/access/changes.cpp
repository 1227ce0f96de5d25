#include "server/access/changes.h"

#include <algorithm>
#include <set>

#include "base/text.h"
#include "server/access/crypto.h"
#include "server/access/tables.h"

namespace slipway::server::access {
namespace {

constexpr std::size_t token_bytes = 32;
constexpr std::size_t max_apps = 1000;
constexpr std::size_t max_tokens = 200;  // of one account

std::string shown(std::string_view name) {
  return base::printable(base::shorten(name, 80));
}

base::Result<Account> find(soci::session& sql, const std::string& name) {
  const People people = read_people(sql);
  if (const Account* found = people.find_account(name)) return *found;
  std::vector<std::string> known;
  for (const auto& [other, account] : people.accounts) known.push_back(other);
  const std::string meant = base::nearest(name, known);
  return base::fail(base::ErrorCode::not_found, "there is no account \"{}\"{}", shown(name),
                    meant.empty() ? "" : fmt::format("; did you mean \"{}\"?", meant));
}

base::Result<> check_apps(Role role, const Apps& apps) {
  if (!apps) return {};
  if (role == Role::admin)
    return base::fail(base::ErrorCode::invalid,
                      "an admin cannot be limited to apps; choose another role, or leave the apps out");
  if (apps->empty() || apps->size() > max_apps)
    return base::fail(base::ErrorCode::invalid,
                      "the list of apps has {} names; expected 1 to {}; without a list: all apps",
                      apps->size(), max_apps);
  if (std::set<std::string>(apps->begin(), apps->end()).size() != apps->size())
    return base::fail(base::ErrorCode::invalid, "the list of apps names an app twice");
  return {};
}

// Somebody must be there who can let the others in again.
base::Result<> check_admin_stays(soci::session& sql, const Account& before, const Account& after) {
  const auto rules = [](const Account& account) { return account.role == Role::admin && !account.disabled; };
  if (!rules(before) || rules(after)) return {};
  const People people = read_people(sql);
  const bool others = std::ranges::any_of(
      people.accounts, [&](const auto& entry) { return entry.first != before.name && rules(entry.second); });
  if (others) return {};
  return base::fail(base::ErrorCode::conflict,
                    "\"{}\" is the only admin who is not disabled; make another admin first",
                    shown(before.name));
}

}  // namespace

base::Result<Account> add_account(soci::session& sql, const NewAccount& wanted) {
  if (auto checked = check_account_name(wanted.name); !checked) return std::unexpected(checked.error());
  if (auto checked = check_apps(wanted.role, wanted.apps); !checked) return std::unexpected(checked.error());
  if (read_people(sql).find_account(wanted.name) != nullptr)
    return base::fail(base::ErrorCode::conflict, "there is an account \"{}\" already", shown(wanted.name));
  Account account{.name = wanted.name,
                  .role = wanted.role,
                  .apps = wanted.apps,
                  .password_hash = wanted.password_hash,
                  .created_at = base::now()};
  insert(sql, account);
  return account;
}

base::Result<Account> change_account(soci::session& sql, const std::string& name,
                                     const AccountChange& change) {
  const auto before = find(sql, name);
  if (!before) return std::unexpected(before.error());
  Account after = *before;
  after.role = change.role.value_or(before->role);
  after.apps = change.apps.value_or(after.role == Role::admin && !change.apps ? Apps{} : before->apps);
  after.disabled = change.disabled.value_or(before->disabled);
  after.password_hash = change.password_hash.value_or(before->password_hash);
  if (auto checked = check_apps(after.role, after.apps); !checked) return std::unexpected(checked.error());
  if (auto checked = check_admin_stays(sql, *before, after); !checked)
    return std::unexpected(checked.error());
  update(sql, after);
  end_sessions_of(sql, name);
  return after;
}

base::Result<MadeToken> add_token(soci::session& sql, const NewToken& wanted) {
  const auto owner = find(sql, wanted.account);
  if (!owner) return std::unexpected(owner.error());
  if (auto checked = check_account_name(wanted.name); !checked)
    return base::fail(base::ErrorCode::invalid,
                      "\"{}\" cannot be the name of a token; expected 1 to 64 characters "
                      "without spaces, slashes, colons, commas, semicolons and quotes",
                      shown(wanted.name));
  if (wanted.role > owner->role)
    return base::fail(base::ErrorCode::invalid, "the token would be {}, but \"{}\" is only {}",
                      name_of(wanted.role), shown(owner->name), name_of(owner->role));
  if (auto checked = check_apps(wanted.role, wanted.apps); !checked) return std::unexpected(checked.error());
  if (wanted.expires_at && *wanted.expires_at <= base::now())
    return base::fail(base::ErrorCode::invalid, "the token would have expired already");
  const People people = read_people(sql);
  std::size_t count = 0;
  for (const auto& [hash, other] : people.tokens) {
    if (other.account != wanted.account) continue;
    ++count;
    if (other.name == wanted.name)
      return base::fail(base::ErrorCode::conflict,
                        "\"{}\" has a token \"{}\" already; revoke it first, or choose another name",
                        shown(owner->name), shown(wanted.name));
  }
  if (count >= max_tokens)
    return base::fail(base::ErrorCode::conflict, "\"{}\" has {} tokens; revoke some first",
                      shown(owner->name), count);
  MadeToken made{.secret = std::string(token_prefix) + random_text(token_bytes)};
  made.token = {.name = wanted.name,
                .account = wanted.account,
                .role = wanted.role,
                .apps = wanted.apps,
                .hash = sha256(made.secret),
                .created_at = base::now(),
                .expires_at = wanted.expires_at};
  insert(sql, made.token);
  return made;
}

base::Result<ApiToken> revoke_token(soci::session& sql, std::int64_t id,
                                    const std::optional<std::string>& account) {
  const People people = read_people(sql);
  for (const auto& [hash, token] : people.tokens) {
    if (token.id != id || (account && token.account != *account)) continue;
    remove_token(sql, id);
    return token;
  }
  return base::fail(base::ErrorCode::not_found, "there is no token {}", id);
}

}  // namespace slipway::server::access
