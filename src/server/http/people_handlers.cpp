#include <boost/describe.hpp>

#include "base/text.h"
#include "server/http/body.h"
#include "server/http/handlers.h"
#include "server/http/parameters.h"
#include "server/http/people_views.h"
#include "server/http/problem.h"

namespace slipway::server::http {
namespace {

using access::Role;

struct UserBody {
  std::string name;
  std::string password;
  Role role = Role::viewer;
  std::optional<std::vector<std::string>> apps;
};
BOOST_DESCRIBE_STRUCT(UserBody, (), (name, password, role, apps))

struct UserChange {
  std::optional<Role> role;
  std::optional<std::vector<std::string>> apps;
  std::optional<bool> all_apps;
  std::optional<bool> disabled;
  std::optional<std::string> password;
};
BOOST_DESCRIBE_STRUCT(UserChange, (), (role, apps, all_apps, disabled, password))

struct TokenBody {
  std::string name;
  Role role = Role::viewer;
  std::optional<std::vector<std::string>> apps;
  std::optional<std::string> expires_at;
};
BOOST_DESCRIBE_STRUCT(TokenBody, (), (name, role, apps, expires_at))

Checked<void> check_known(const HttpContext& context, const std::optional<std::vector<std::string>>& apps) {
  for (const std::string& name : apps.value_or(std::vector<std::string>{})) {
    if (const auto app = find_app(context.config, name); !app)
      return problem(ProblemCode::invalid, "apps: " + app.error().detail);
  }
  return {};
}

asio::awaitable<Checked<std::string>> hash(const HttpContext& context, const std::string& password,
                                           const std::string& account) {
  if (auto good = access::check_password(password, account); !good)
    co_return problem(ProblemCode::invalid, "password: " + good.error().message);
  auto hash = co_await context.access.hasher().hash(password);
  if (!hash) co_return std::unexpected(to_problem(hash.error()));
  co_return std::move(*hash);
}

std::string told(Role role, const access::Apps& apps) {
  return fmt::format("role {}, {}", access::name_of(role), access::told(apps));
}

Checked<access::AccountChange> change_of(const UserChange& wanted) {
  access::AccountChange change{.role = wanted.role, .disabled = wanted.disabled};
  if (wanted.apps && wanted.all_apps.value_or(false))
    return problem(ProblemCode::invalid, "apps: a list of apps and \"all_apps\" contradict each other");
  if (wanted.apps) change.apps = wanted.apps;
  if (wanted.all_apps.value_or(false)) change.apps = access::Apps{};
  return change;
}

std::string told(const UserChange& wanted, const access::Account& now) {
  std::string text = told(now.role, now.apps);
  if (wanted.disabled) text += *wanted.disabled ? ", disabled" : ", enabled";
  if (wanted.password) text += ", another password";
  return text;
}

Checked<std::optional<base::Time>> expiry_of(const TokenBody& wanted) {
  if (!wanted.expires_at) return std::nullopt;
  const auto time = base::parse_rfc3339(*wanted.expires_at);
  if (!time) return problem(ProblemCode::invalid, "expires_at: " + time.error().message);
  return std::optional{*time};
}

Checked<std::optional<base::Time>> since_of(const Request& request) {
  const auto text = request.query("since");
  if (!text) return std::nullopt;
  const auto time = base::parse_rfc3339(*text);
  if (!time) return problem(ProblemCode::bad_request, fmt::format("\"since\": {}", time.error().message));
  return std::optional{*time};
}

Response created(const boost::json::object& body, std::string note) {
  Response response = json_response(201, body);
  response.audit_note = std::move(note);
  return response;
}

}  // namespace

asio::awaitable<Response> list_users(const HttpContext& context, const Request&) {
  boost::json::array users;
  for (const auto& [name, account] : context.access.roster().people().accounts)
    users.push_back(to_json(account));
  co_return json_response(200, boost::json::object{{"users", std::move(users)}});
}

asio::awaitable<Response> create_user(const HttpContext& context, const Request& request) {
  const auto wanted = read_body<UserBody>(request);
  if (!wanted) co_return to_response(wanted.error());
  if (auto known = check_known(context, wanted->apps); !known) co_return to_response(known.error());
  if (auto named = access::check_account_name(wanted->name); !named)
    co_return to_response(to_problem(named.error()));
  const auto hashed = co_await hash(context, wanted->password, wanted->name);
  if (!hashed) co_return to_response(hashed.error());
  const access::NewAccount account{wanted->name, wanted->role, wanted->apps, *hashed};
  const auto made = co_await context.access.roster().change(
      [account](soci::session& sql) { return access::add_account(sql, account); });
  if (!made) co_return to_response(to_problem(made.error()));
  co_return created(to_json(*made), fmt::format("{}: {}", made->name, told(made->role, made->apps)));
}

asio::awaitable<Response> change_user(const HttpContext& context, const Request& request) {
  const auto wanted = read_body<UserChange>(request);
  if (!wanted) co_return to_response(wanted.error());
  if (auto known = check_known(context, wanted->apps); !known) co_return to_response(known.error());
  auto change = change_of(*wanted);
  if (!change) co_return to_response(change.error());
  const std::string name = request.parameter("name");
  if (wanted->password) {
    auto hashed = co_await hash(context, *wanted->password, name);
    if (!hashed) co_return to_response(hashed.error());
    change->password_hash = std::move(*hashed);
  }
  const auto changed = co_await context.access.roster().change(
      [name, change = *change](soci::session& sql) { return access::change_account(sql, name, change); });
  if (!changed) co_return to_response(to_problem(changed.error()));
  Response response = json_response(200, to_json(*changed));
  response.audit_note = told(*wanted, *changed);
  co_return response;
}

// One's own; an admin's are all.
asio::awaitable<Response> list_tokens(const HttpContext& context, const Request& request) {
  boost::json::array tokens;
  for (const auto& [hash, token] : context.access.roster().people().tokens) {
    if (request.who.role == Role::admin || token.account == request.who.name)
      tokens.push_back(to_json(token));
  }
  co_return json_response(200, boost::json::object{{"tokens", std::move(tokens)}});
}

asio::awaitable<Response> create_token(const HttpContext& context, const Request& request) {
  const auto wanted = read_body<TokenBody>(request);
  if (!wanted) co_return to_response(wanted.error());
  if (auto known = check_known(context, wanted->apps); !known) co_return to_response(known.error());
  const auto expires = expiry_of(*wanted);
  if (!expires) co_return to_response(expires.error());
  const access::NewToken token{wanted->name, request.who.name, wanted->role, wanted->apps, *expires};
  const auto made = co_await context.access.roster().change(
      [token](soci::session& sql) { return access::add_token(sql, token); });
  if (!made) co_return to_response(to_problem(made.error()));
  co_return created(
      {{"token", to_json(made->token)}, {"secret", made->secret}},
      fmt::format("token {} {}: {}", made->token.id, made->token.name, told(token.role, token.apps)));
}

asio::awaitable<Response> revoke_token(const HttpContext& context, const Request& request) {
  const auto id = parse_number(request.parameter("id"));
  if (!id)
    co_return to_response(
        {ProblemCode::not_found, fmt::format("there is no token \"{}\"; tokens have numbers",
                                             base::printable(base::shorten(request.parameter("id"), 40)))});
  const auto owner = request.who.role == Role::admin ? std::nullopt : std::optional(request.who.name);
  const auto revoked = co_await context.access.roster().change(
      [id = *id, owner](soci::session& sql) { return access::revoke_token(sql, id, owner); });
  if (!revoked) co_return to_response(to_problem(revoked.error()));
  Response response = json_response(200, to_json(*revoked));
  response.audit_note = fmt::format("{} of {}", revoked->name, revoked->account);
  co_return response;
}

asio::awaitable<Response> list_audit(const HttpContext& context, const Request& request) {
  const auto limit = limit_of(request);
  if (!limit) co_return to_response(limit.error());
  const auto before = number_of(request, "before", 1);
  if (!before) co_return to_response(before.error());
  const auto since = since_of(request);
  if (!since) co_return to_response(since.error());
  access::AuditFilter filter{request.query("who"), request.query("what"), request.query("app"), *since,
                             *before};
  auto entries = co_await context.access.audit().list(std::move(filter), *limit + 1);
  const bool more = static_cast<int>(entries.size()) > *limit;
  if (more) entries.pop_back();
  boost::json::array list;
  for (const access::AuditEntry& entry : entries) list.push_back(to_json(entry));
  co_return json_response(200, boost::json::object{{"entries", std::move(list)}, {"more", more}});
}

}  // namespace slipway::server::http
