// slipway-server api-token create|list|revoke
#include <iostream>

#include "apps/server/command.h"
#include "base/text.h"
#include "server/access/audit.h"
#include "server/access/changes.h"
#include "server/access/tables.h"
#include "server/store/write_transaction.h"

namespace slipway::apps {
namespace {

using namespace server;

constexpr const char* description =
    "Credentials for scripts: \"Authorization: Bearer slp_...\". Works whether the server runs or not.";

constexpr const char* footer = R"(
A token belongs to an account and can never do more than it: when the account is disabled, so is the token. It is
shown once, when it is made; the database keeps a hash of it.

Examples:
  slipway-server api-token create -c server.json ci --user ada --role deployer --app shop --expires 90d
      Prints the token, and nothing else, on standard output.
  curl -H "Authorization: Bearer $TOKEN" http://127.0.0.1:8082/api/v1/apps
  slipway-server api-token list -c server.json
  slipway-server api-token revoke -c server.json 3
)";

struct Words {
  std::string name;
  std::string user;
  std::string role = "viewer";
  std::vector<std::string> apps;
  std::string expires;
  std::int64_t id = 0;
};

base::Result<std::optional<base::Time>> expiry_of(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto duration = base::parse_duration(text);
  if (!duration)
    return base::fail(base::ErrorCode::invalid, "--expires {}: expected a duration such as 90d, 12h or 30m",
                      base::printable(text));
  return base::now() + *duration;
}

// No token reaches further than its account.
std::string apps_told(const access::Apps& apps) {
  return apps ? access::told(apps) : "all apps of the account";
}

void append(soci::session& sql, std::string what, std::string detail) {
  access::AuditEntry entry = done_here(std::move(what), "tokens", std::move(detail));
  access::append(sql, entry);
}

base::Result<access::NewToken> wanted_token(const config::Config& config, const Words& words) {
  access::NewToken wanted{.name = words.name, .account = words.user};
  const auto role = access::parse_role(words.role);
  if (!role) return std::unexpected(role.error());
  const auto expires = expiry_of(words.expires);
  if (!expires) return std::unexpected(expires.error());
  for (const std::string& app : words.apps) {
    if (config.find_app(app) == nullptr)
      return base::fail(base::ErrorCode::not_found, "there is no app \"{}\" in the configuration",
                        base::printable(app));
  }
  wanted.role = *role;
  wanted.expires_at = *expires;
  if (!words.apps.empty()) wanted.apps = words.apps;
  return wanted;
}

int create(const config::Config& config, const Words& words) {
  return with_store(config, [&](store::Store& store) -> base::Result<> {
    const auto wanted = wanted_token(config, words);
    if (!wanted) return std::unexpected(wanted.error());
    store::WriteTransaction transaction(store.session());
    const auto made = access::add_token(store.session(), *wanted);
    if (!made) return std::unexpected(made.error());
    append(store.session(), "createToken",
           fmt::format("token {} {} of {}: role {}, {}", made->token.id, made->token.name,
                       made->token.account, access::name_of(made->token.role), apps_told(made->token.apps)));
    transaction.commit();
    std::cout << made->secret << std::endl;
    return {};
  });
}

int revoke(const config::Config& config, const Words& words) {
  return with_store(config, [&](store::Store& store) -> base::Result<> {
    store::WriteTransaction transaction(store.session());
    const auto revoked = access::revoke_token(store.session(), words.id, std::nullopt);
    if (!revoked) return std::unexpected(revoked.error());
    append(store.session(), "revokeToken",
           fmt::format("token {} {} of {}", revoked->id, revoked->name, revoked->account));
    transaction.commit();
    std::cout << "revoked the token " << revoked->name << " of " << revoked->account << '\n';
    return {};
  });
}

int list(const config::Config& config, const Words&) {
  return with_store(config, [](store::Store& store) -> base::Result<> {
    const auto time = [](const std::optional<base::Time>& at) {
      return at ? base::to_rfc3339(*at) : "never";
    };
    for (const auto& [hash, token] : access::read_people(store.session()).tokens) {
      std::cout << fmt::format("{}\t{} of {}\trole {}, {}\texpires {}\tlast used {}\n", token.id, token.name,
                               token.account, access::name_of(token.role), apps_told(token.apps),
                               time(token.expires_at), time(token.last_used));
    }
    return {};
  });
}

}  // namespace

void add_api_token_commands(CLI::App& app, Command& command) {
  CLI::App* token = app.add_subcommand("api-token", description);
  token->footer(footer);
  token->require_subcommand(1);
  const auto words = std::make_shared<Words>();
  const auto subcommand = [&](const char* name, const char* what, CommandFunction<Words> function) {
    return add_command(*token, command, name, what, words, function);
  };
  CLI::App* making = subcommand("create", "Make a token and print it", create);
  making->add_option("name", words->name, "What it is called, such as ci")->required();
  making->add_option("--user", words->user, "The account that it belongs to")->required();
  making->add_option("--role", words->role, "viewer, deployer or admin")->capture_default_str();
  making->add_option("--app", words->apps, "Limited to this app; may be given several times");
  making->add_option("--expires", words->expires, "After so long, such as 90d or 12h; otherwise never");
  subcommand("list", "Every token, without its secret", list);
  subcommand("revoke", "End a token within a second", revoke)
      ->add_option("id", words->id, "Its number, as list shows it")
      ->required();
}

}  // namespace slipway::apps
