// slipway-server user add|passwd|role|disable|enable|list
#include <iostream>

#include "apps/server/command.h"
#include "apps/server/password_input.h"
#include "base/text.h"
#include "server/access/audit.h"
#include "server/access/changes.h"
#include "server/access/crypto.h"
#include "server/access/tables.h"
#include "server/store/write_transaction.h"

namespace slipway::apps {
namespace {

using namespace server;
using access::Account;

constexpr const char* description =
    "Who may log in, and what they may do. Works whether the server runs or not.";

constexpr const char* footer = R"(
Roles: a viewer sees apps and deployments; a deployer also deploys, rolls back, cancels and freezes; an admin also
manages people and reads server.json again. Viewers and deployers can be limited to apps.

Examples:
  slipway-server user add -c server.json ada --role deployer --app shop --app site
      Asks for a password twice; without a terminal it reads one line of standard input:
  pwgen 20 1 | tee ada.txt | slipway-server user add -c server.json ada --role deployer
  slipway-server user passwd -c server.json admin
      Another password, also when the old one is lost. Ends the account's sessions.
  slipway-server user role -c server.json ada admin
  slipway-server user disable -c server.json ada
      Ends her sessions within a second, and her API tokens with them, until user enable ada.
)";

struct Words {
  std::string name;
  std::string role = "viewer";
  std::vector<std::string> apps;
};

base::Result<access::Apps> apps_of(const config::Config& config, const std::vector<std::string>& names) {
  if (names.empty()) return access::Apps{};
  std::vector<std::string> known;
  for (const config::App& app : config.apps) known.push_back(app.name);
  for (const std::string& name : names) {
    if (config.find_app(name) != nullptr) continue;
    const std::string meant = base::nearest(name, known);
    return base::fail(base::ErrorCode::not_found, "there is no app \"{}\" in the configuration{}",
                      base::printable(name),
                      meant.empty() ? "" : fmt::format("; did you mean \"{}\"?", meant));
  }
  return access::Apps{names};
}

std::string told(const Account& account) {
  return fmt::format("role {}, {}{}", access::name_of(account.role), access::told(account.apps),
                     account.disabled ? ", disabled" : "");
}

base::Result<std::string> new_password_hash(const std::string& name) {
  const auto password = read_new_password(name);
  if (!password) return std::unexpected(password.error());
  if (auto good = access::check_password(*password, name); !good) return std::unexpected(good.error());
  std::string hash = access::hash_password(*password);
  if (hash.empty())
    return base::fail(base::ErrorCode::unavailable, "there is not enough memory to hash a password (64 MiB)");
  return hash;
}

// The change and its entry in the audit log are one transaction.
template <class Change>
int change(const config::Config& config, const std::string& what, const std::string& name, Change function) {
  return with_store(config, [&](store::Store& store) -> base::Result<> {
    store::WriteTransaction transaction(store.session());
    const auto changed = function(store.session());
    if (!changed) return std::unexpected(changed.error());
    access::AuditEntry entry = done_here(what, "users/" + name, told(*changed));
    access::append(store.session(), entry);
    transaction.commit();
    std::cout << changed->name << ": " << told(*changed) << '\n';
    return {};
  });
}

int add(const config::Config& config, const Words& words) {
  const auto role = access::parse_role(words.role);
  if (!role) return failed(role.error());
  const auto apps = apps_of(config, words.apps);
  if (!apps) return failed(apps.error());
  if (auto named = access::check_account_name(words.name); !named) return failed(named.error());
  const auto hash = new_password_hash(words.name);
  if (!hash) return failed(hash.error());
  return change(config, "createUser", words.name, [&](soci::session& sql) {
    return access::add_account(sql, {words.name, *role, *apps, *hash});
  });
}

int change_password(const config::Config& config, const Words& words) {
  const auto hash = new_password_hash(words.name);
  if (!hash) return failed(hash.error());
  return change(config, "changePassword", words.name, [&](soci::session& sql) {
    return access::change_account(sql, words.name, {.password_hash = *hash});
  });
}

int change_role(const config::Config& config, const Words& words) {
  const auto role = access::parse_role(words.role);
  if (!role) return failed(role.error());
  const auto apps = apps_of(config, words.apps);
  if (!apps) return failed(apps.error());
  return change(config, "changeUser", words.name, [&](soci::session& sql) {
    return access::change_account(sql, words.name, {.role = *role, .apps = *apps});
  });
}

int set_disabled(const config::Config& config, const Words& words, bool disabled) {
  return change(config, "changeUser", words.name, [&](soci::session& sql) {
    return access::change_account(sql, words.name, {.disabled = disabled});
  });
}

int list(const config::Config& config) {
  return with_store(config, [](store::Store& store) -> base::Result<> {
    const access::People people = access::read_people(store.session());
    for (const auto& [name, account] : people.accounts) {
      std::cout << fmt::format("{}\t{}\tlast login {}\n", name, told(account),
                               account.last_login ? base::to_rfc3339(*account.last_login) : "never");
    }
    return {};
  });
}

}  // namespace

void add_user_commands(CLI::App& app, Command& command) {
  CLI::App* user = app.add_subcommand("user", description);
  user->footer(footer);
  user->require_subcommand(1);
  const auto words = std::make_shared<Words>();
  const auto subcommand = [&](const char* name, const char* what, CommandFunction<Words> function) {
    return add_command(*user, command, name, what, words, function);
  };
  const auto with_name = [&](CLI::App* sub) {
    sub->add_option("name", words->name, "The account")->required();
    return sub;
  };
  const auto with_apps = [&](CLI::App* sub) {
    sub->add_option("--app", words->apps, "Limited to this app; may be given several times");
    return sub;
  };
  with_apps(with_name(subcommand("add", "Make an account; its password is asked for", add)))
      ->add_option("--role", words->role, "viewer, deployer or admin")
      ->capture_default_str();
  with_name(subcommand("passwd", "Give an account another password", change_password));
  CLI::App* role =
      with_name(subcommand("role", "Give an account another role, and the apps named or all", change_role));
  role->add_option("role", words->role, "viewer, deployer or admin")->required();
  with_apps(role);
  with_name(
      subcommand("disable", "Let nobody in with this account",
                 [](const config::Config& config, const Words& w) { return set_disabled(config, w, true); }));
  with_name(subcommand("enable", "The opposite of disable", [](const config::Config& config, const Words& w) {
    return set_disabled(config, w, false);
  }));
  subcommand("list", "Every account",
             [](const config::Config& config, const Words&) { return list(config); });
}

}  // namespace slipway::apps
