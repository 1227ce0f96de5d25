#include "apps/server/token_commands.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "base/time.h"
#include "net/identity.h"
#include "net/join_token.h"
#include "server/store/store.h"

namespace slipway::apps {
namespace {

using namespace slipway::server;
using base::ErrorCode;

constexpr std::chrono::days longest{366};
constexpr int most_uses = 10'000;

struct TokenArguments {
  std::string app;
  std::string expires = "1h";
  int uses = 1;
  std::int64_t id = 0;
};

using Arguments = std::shared_ptr<TokenArguments>;
using Work = base::Result<> (*)(store::Store&, const config::Config&, const TokenArguments&);

base::Result<store::JoinToken> wanted_token(const config::Config& config, const TokenArguments& arguments) {
  const auto lives = base::parse_duration(arguments.expires);
  if (!lives) return std::unexpected(lives.error().context("--expires"));
  if (*lives <= base::Millis{0} || *lives > longest)
    return base::fail(ErrorCode::invalid,
                      "--expires: \"{}\" is out of range; expected more than 0 and at most 366 days",
                      arguments.expires);
  if (arguments.uses < 1 || arguments.uses > most_uses)
    return base::fail(ErrorCode::invalid, "--uses: expected 1 to {}", most_uses);
  store::JoinToken token{.uses_left = arguments.uses,
                         .created_at = base::now(),
                         .created_by = person(),
                         .expires_at = base::now() + *lives};
  if (arguments.app.empty()) return token;
  if (config.find_app(arguments.app) == nullptr)
    return base::fail(ErrorCode::not_found, "--app: the configuration has no app \"{}\"", arguments.app);
  token.app = arguments.app;
  return token;
}

base::Result<> create(store::Store& store, const config::Config& config, const TokenArguments& arguments) {
  auto token = wanted_token(config, arguments);
  if (!token) return std::unexpected(token.error());
  const std::string text = net::make_join_token();
  token->hash = net::hash_of_token(text);
  const auto id = store.add_join_token(*token);
  if (!id) return std::unexpected(id.error());
  access::append_alone(store.session(), done_here("createJoinToken", fmt::format("join-tokens/{}", *id),
                                                  token->app ? "for the app " + *token->app : ""));
  std::cerr << fmt::format("join token {}, good for {} until {}; it is not shown again\n", *id,
                           token->uses_left == 1 ? "one agent" : fmt::format("{} agents", token->uses_left),
                           base::to_rfc3339(token->expires_at));
  std::cout << text << '\n';
  return {};
}

std::string state_of(const store::JoinToken& token) {
  if (token.revoked) return "revoked";
  if (token.uses_left <= 0) return "used up";
  if (base::now() >= token.expires_at) return "expired";
  return fmt::format("{} uses left", token.uses_left);
}

base::Result<> list(store::Store& store, const config::Config&, const TokenArguments&) {
  const auto tokens = store.join_tokens();
  if (!tokens) return std::unexpected(tokens.error());
  if (tokens->empty()) std::cout << "there are no join tokens\n";
  for (const store::JoinToken& token : *tokens) {
    std::cout << fmt::format("{}  {}  {}  until {}  made {} by {}\n", token.id, state_of(token),
                             token.app ? "app " + *token.app : "any app", base::to_rfc3339(token.expires_at),
                             base::to_rfc3339(token.created_at), token.created_by);
  }
  return {};
}

base::Result<> revoke(store::Store& store, const config::Config&, const TokenArguments& arguments) {
  if (auto done = store.revoke_join_token(arguments.id); !done) return done;
  access::append_alone(store.session(),
                       done_here("revokeJoinToken", fmt::format("join-tokens/{}", arguments.id), ""));
  std::cout << fmt::format("join token {} is revoked\n", arguments.id);
  return {};
}

int carry_out(const config::Config& config, const TokenArguments& arguments, Work work) {
  return with_store(config, [&](store::Store& store) { return work(store, config, arguments); });
}

CLI::App* add(CLI::App& group, const std::string& name, const char* text, Work work,
              const Arguments& arguments, Command& wanted) {
  CLI::App* command = group.add_subcommand(name, text);
  command->fallthrough();
  command->callback([&wanted, arguments, work] {
    wanted = [arguments, work](const config::Config& config) { return carry_out(config, *arguments, work); };
  });
  return command;
}

}  // namespace

void add_token_commands(CLI::App& app, Command& wanted) {
  const auto arguments = std::make_shared<TokenArguments>();
  CLI::App* group =
      app.add_subcommand("token", "Make, show and revoke tokens with which agents join that dial the server");
  group->fallthrough();
  group->require_subcommand(1);
  CLI::App* made = add(*group, "create", "Make a token and print it, once", create, arguments, wanted);
  made->add_option("--app", arguments->app, "Only for agents that a node of this app names");
  made->add_option("--expires", arguments->expires, "How long it is good, such as \"1h\"")
      ->capture_default_str();
  made->add_option("--uses", arguments->uses, "For how many agents")->capture_default_str();
  add(*group, "list", "Show the tokens, without what they are", list, arguments, wanted);
  add(*group, "revoke", "Make a token good for nothing", revoke, arguments, wanted)
      ->add_option("ID", arguments->id, "Its number in the list")
      ->required();
}

}  // namespace slipway::apps
