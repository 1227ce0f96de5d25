#include "agent/policy/judge.h"

#include <algorithm>

#include "agent/policy/names.h"
#include "agent/policy/pattern.h"
#include "agent/policy/real_path.h"
#include "base/text.h"

namespace slipway::agent::policy {
namespace {

std::string shown(std::string_view text) {
  return fmt::format("\"{}\"", base::printable(base::shorten(base::mask_credentials(text), 200)));
}

template <class T>
void prefer(std::optional<T>& value, const std::optional<T>& own) {
  if (own) value = own;
}

// One request against one policy. Each rule is a function that refuses or does nothing.
class Judge {
 public:
  Judge(const Policy& policy, const Caller& caller, const wire::Target& target)
      : policy_(policy), caller_(caller), target_(target) {}

  Verdict<Grant> look_only() {
    if (auto good = servers(); !good) return std::unexpected(good.error());
    if (auto good = paths(); !good) return std::unexpected(good.error());
    if (auto good = repositories(); !good) return std::unexpected(good.error());
    if (auto good = branch(); !good) return std::unexpected(good.error());
    return grant_;
  }

  Verdict<Grant> act(const wire::Order& order, base::Time now) {
    if (auto looked = look_only(); !looked) return looked;
    fill_grant();
    if (auto good = check_place(grant_, target_); !good) return std::unexpected(good.error());
    if (auto good = hours(now); !good) return std::unexpected(good.error());
    if (auto good = hooks(order); !good) return std::unexpected(good.error());
    if (auto good = signatures(); !good) return std::unexpected(good.error());
    if (auto good = secrets(order); !good) return std::unexpected(good.error());
    return grant_;
  }

 private:
  std::unexpected<Refusal> refuse(std::string rule, std::string text, std::string detail = {}) const {
    return std::unexpected(
        Refusal{std::move(rule), std::move(text), std::move(detail), policy_.file.string()});
  }

  Verdict<void> servers() const {
    if (!policy_.servers || std::ranges::find(*policy_.servers, caller_.name) != policy_.servers->end())
      return {};
    return refuse("servers", fmt::format("the server {} is not among those that this host listens to",
                                         base::printable(caller_.name)));
  }

  // The same sentence for what is not there and what may not be seen.
  Verdict<void> paths() {
    const auto real = real_path(target_.path);
    const auto allowed = policy_.all_paths();
    if (allowed && (!real || !any_covers(*allowed, *real))) {
      return refuse("paths", fmt::format("{} is not inside of the allowed paths", shown(target_.path)),
                    real ? "it leads to " + real->string() : real.error().message);
    }
    if (!real)
      return refuse("paths", fmt::format("{} cannot be followed", shown(target_.path)), real.error().message);
    rules_ = rules_for(policy_, *real);
    grant_.file = policy_.file.string();
    grant_.real_path = real->string();
    grant_.paths = allowed.value_or(Patterns{});
    grant_.user = rules_.run_as.value_or("");
    return {};
  }

  Verdict<void> repositories() const {
    if (!rules_.repositories) return {};
    if (target_.url.empty())
      return refuse(
          "repositories",
          "the order names no repository, so that nobody can say whether it is an allowed one; give the "
          "app its \"url\" in server.json");
    if (any_matches_url(*rules_.repositories, target_.url)) return {};
    return refuse("repositories",
                  fmt::format("{} is not among the allowed repositories", shown(target_.url)));
  }

  Verdict<void> branch() const {
    if (!rules_.refs || target_.vcs != wire::VcsType::git) return {};
    if (rules_.refs->empty()) return refuse("refs", "no branch is allowed");
    if (target_.branch.empty() || any_matches(*rules_.refs, whole_ref(target_.branch))) return {};
    return refuse("refs", fmt::format("the branch {} is not among the allowed ones", shown(target_.branch)));
  }

  void fill_grant() {
    if (target_.vcs == wire::VcsType::git) grant_.refs = rules_.refs.value_or(Patterns{});
    grant_.hooks = rules_.hooks.value_or(Hooks::server);
    grant_.commands = rules_.commands.value_or(Commands{});
    const Environment environment = rules_.environment.value_or(Environment{});
    grant_.clean_environment = rules_.environment || rules_.run_as;
    grant_.pass = environment.pass;
    grant_.set = environment.set;
    const Limits limits = rules_.limits.value_or(Limits{});
    grant_.time_ms = limits.time_ms;
    grant_.output = limits.output;
    const Signers signers = rules_.require_signed_commits.value_or(Signers{});
    grant_.allowed_signers = signers.allowed_signers;
    grant_.keyring = signers.keyring;
  }

  Verdict<void> hours(base::Time now) const {
    if (!rules_.hours) return {};
    std::vector<std::string> open;
    for (const Hours& hours : *rules_.hours) {
      const auto clock = base::wall_clock(now, hours.zone);
      if (clock && hours.contain(*clock)) return {};
      open.push_back(hours.text);
    }
    return refuse("hours", fmt::format("orders may begin at these times only: {}",
                                       open.empty() ? "never" : base::join(open, "; ")));
  }

  Verdict<void> hooks(const wire::Order& order) const {
    std::vector<std::string> commands = order.before_deploy;
    const auto add = [&](const std::vector<std::string>& more) {
      commands.insert(commands.end(), more.begin(), more.end());
    };
    add(order.after_deploy);
    add(order.before_rollback.value_or(std::vector<std::string>{}));
    add(order.after_rollback.value_or(std::vector<std::string>{}));
    if (order.health_check && order.health_check->command) commands.push_back(*order.health_check->command);
    for (const std::string& command : commands) {
      if (auto known = command_of(grant_, command); !known) return std::unexpected(known.error());
    }
    return {};
  }

  Verdict<void> signatures() const {
    if (!grant_.wants_signature() || target_.vcs == wire::VcsType::git) return {};
    return refuse("require_signed_commits",
                  "revisions of svn cannot be signed, so none can be deployed here");
  }

  // A variable such as LD_PRELOAD is as good as a command.
  Verdict<void> secrets(const wire::Order& order) const {
    if (!order.secrets || (!rules_.secrets && grant_.hooks != Hooks::named)) return {};
    const Patterns allowed = rules_.secrets.value_or(Patterns{});
    for (const auto& [name, value] : *order.secrets) {
      if (std::ranges::find(allowed, name) != allowed.end()) continue;
      return refuse("secrets",
                    fmt::format("the secret {} is not among those that this host takes: {}", shown(name),
                                allowed.empty() ? "none" : base::join(allowed, ", ")));
    }
    return {};
  }

  const Policy& policy_;
  const Caller& caller_;
  const wire::Target& target_;
  Rules rules_;
  Grant grant_;
};

}  // namespace

Rules rules_for(const Policy& policy, const fs::path& real_path) {
  Rules rules = policy;
  const auto app =
      std::ranges::find_if(policy.apps, [&](const AppRules& one) { return covers(one.path, real_path); });
  if (app == policy.apps.end()) return rules;
  prefer(rules.repositories, app->repositories);
  prefer(rules.refs, app->refs);
  prefer(rules.hours, app->hours);
  prefer(rules.hooks, app->hooks);
  prefer(rules.commands, app->commands);
  prefer(rules.secrets, app->secrets);
  prefer(rules.run_as, app->run_as);
  prefer(rules.environment, app->environment);
  prefer(rules.limits, app->limits);
  prefer(rules.require_signed_commits, app->require_signed_commits);
  return rules;
}

Verdict<Grant> judge_order(const Policy& policy, const Caller& caller, const wire::Order& order,
                           base::Time now) {
  return Judge(policy, caller, order.target).act(order, now);
}

Verdict<Grant> judge_query(const Policy& policy, const Caller& caller, const wire::Query& query) {
  return Judge(policy, caller, query.target).look_only();
}

Verdict<void> judge_load(const Policy& policy, std::size_t at_work) {
  const std::uint32_t most = policy.orders_at_once();
  if (most == 0 || at_work < most) return {};
  return std::unexpected(
      Refusal{"limits",
              fmt::format("{} of at most {} orders are at work on this host; try again when one "
                          "has ended",
                          at_work, most),
              "", policy.file.string()});
}

}  // namespace slipway::agent::policy
