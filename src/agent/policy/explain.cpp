#include "agent/policy/explain.h"

#include <ranges>

#include "base/size.h"
#include "base/text.h"
#include "base/time.h"

namespace slipway::agent::policy {
namespace {

std::string list(const std::vector<std::string>& words) {
  return words.empty() ? "none" : base::printable(base::join(words, ", "));
}

std::string list(const std::optional<Patterns>& patterns) {
  return patterns ? list(*patterns) : "any";
}

std::string names_of(const std::map<std::string, std::string>& map) {
  std::vector<std::string> names;
  for (const auto& name : map | std::views::keys) names.push_back(name);
  return list(names);
}

class Telling {
 public:
  explicit Telling(std::string indent) : indent_(std::move(indent)) {}

  void line(std::string_view what, std::string_view said) {
    text_ += fmt::format("{}{:<14} {}\n", indent_, what, said);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string indent_;
  std::string text_;
};

void tell_commands(Telling& telling, const Commands& commands) {
  for (const auto& [name, command] : commands)
    telling.line("", fmt::format("@{} is: {}", name, base::printable(base::mask_credentials(command))));
}

std::string_view meaning(Hooks hooks) {
  switch (hooks) {
    case Hooks::server:
      return "any shell command that a server sends, or a command of this file by its name";
    case Hooks::named:
      return "only commands of this file, by their names";
    case Hooks::off:
      return "none: an order with a hook or a health check by command is refused";
  }
  return "";
}

std::string limits_of(const Limits& limits) {
  std::vector<std::string> parts;
  if (limits.time_ms > 0)
    parts.push_back(fmt::format("{} of work per order", base::format_duration(base::Millis{
                                                            static_cast<std::int64_t>(limits.time_ms)})));
  if (limits.output > 0)
    parts.push_back(fmt::format("{} of output per order", base::format_size(limits.output)));
  if (limits.orders > 0)
    parts.push_back(fmt::format("{} {} at once", limits.orders, limits.orders == 1 ? "order" : "orders"));
  return list(parts);
}

std::string signers_of(const Signers& signers) {
  std::vector<std::string> files;
  if (!signers.allowed_signers.empty()) files.push_back("ssh keys in " + signers.allowed_signers);
  if (!signers.keyring.empty()) files.push_back("OpenPGP keys in " + signers.keyring);
  return list(files);
}

std::string hours_of(const std::vector<Hours>& hours) {
  std::vector<std::string> texts;
  for (const Hours& one : hours) texts.push_back(one.text);
  return texts.empty() ? "never" : base::join(texts, "; ");
}

std::string environment_of(const Environment& environment) {
  return fmt::format("a small one, beside it passed: {}; set: {}", list(environment.pass),
                     names_of(environment.set));
}

// At the top all rules are told, in an app those that differ.
void tell_rules(Telling& telling, const Rules& rules, bool top) {
  if (top || rules.repositories) telling.line("repositories", list(rules.repositories));
  if (top || rules.refs) telling.line("refs", list(rules.refs));
  if (top || rules.require_signed_commits)
    telling.line("signed by", rules.require_signed_commits ? signers_of(*rules.require_signed_commits)
                                                           : "anybody or nobody");
  if (top || rules.hours) telling.line("hours", rules.hours ? hours_of(*rules.hours) : "any");
  if (top || rules.hooks) telling.line("hooks", meaning(rules.hooks.value_or(Hooks::server)));
  if (rules.commands) tell_commands(telling, *rules.commands);
  if (rules.secrets) telling.line("secrets", list(*rules.secrets));
  if (top || rules.run_as) telling.line("run_as", rules.run_as.value_or("the agent's own user"));
  if (rules.environment) telling.line("environment", environment_of(*rules.environment));
  if (top || rules.limits) telling.line("limits", limits_of(rules.limits.value_or(Limits{})));
}

// What the rules leave open, where that is easily overlooked.
std::string cautions(const Policy& policy) {
  std::string text;
  const Hooks hooks = policy.hooks.value_or(Hooks::server);
  if (hooks == Hooks::server)
    text +=
        "Caution: whoever holds a server can run any command on this host; \"hooks\": \"named\" ends that.\n";
  if (hooks == Hooks::named && !policy.repositories && !policy.require_signed_commits)
    text +=
        "Caution: the server chooses the code with which the named commands work; \"repositories\" or "
        "\"require_signed_commits\" ends that.\n";
  if (!policy.all_paths())
    text += "Caution: servers may work on every path of this host; \"paths\" ends that.\n";
  return text;
}

}  // namespace

std::string explain(const Policy& policy) {
  Telling top("  ");
  top.line("servers", list(policy.servers));
  top.line("paths", list(policy.all_paths()));
  tell_rules(top, policy, true);
  std::string text = fmt::format("{} allows:\n{}", policy.file.string(), top.take());
  for (const AppRules& app : policy.apps) {
    Telling telling("    ");
    tell_rules(telling, app, false);
    text += fmt::format("  in {}, in the place of the above:\n{}", base::printable(app.path), telling.take());
  }
  return text + cautions(policy);
}

std::string explain(const Grant& grant) {
  Telling telling("  ");
  telling.line("path", grant.real_path);
  if (!grant.refs.empty()) telling.line("refs", "looked at after fetching: " + list(grant.refs));
  if (grant.wants_signature())
    telling.line("signed by",
                 "looked at after fetching: " + signers_of({grant.allowed_signers, grant.keyring}));
  telling.line("hooks", meaning(grant.hooks));
  telling.line("run as", grant.user.empty() ? "the agent's own user" : grant.user);
  telling.line("environment",
               grant.clean_environment ? environment_of({grant.pass, grant.set}) : "all that the agent has");
  telling.line("limits", limits_of({grant.time_ms, grant.output, 0}));
  return telling.take();
}

}  // namespace slipway::agent::policy
