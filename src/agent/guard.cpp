#include "agent/guard.h"

#include "agent/policy/file.h"
#include "agent/policy/real_path.h"
#include "base/text.h"

namespace slipway::agent {
namespace {

constexpr std::size_t most_told = 1000;

bool is_there(const fs::path& file) {
  std::error_code error;
  return fs::exists(fs::symlink_status(file, error));
}

}  // namespace

Guard::Guard(fs::path file, bool required, base::Logger log, Clock clock)
    : file_(std::move(file)), required_(required), log_(std::move(log)), clock_(std::move(clock)) {}

base::Result<policy::Loaded> Guard::load() const {
  return policy::load_policy(file_);
}

void Guard::use(const policy::Loaded& loaded) {
  for (const jsonc::Problem& problem : loaded.problems) log_->warn("{}", jsonc::describe(problem, file_));
  policy_ = std::make_shared<const policy::Policy>(loaded.policy);
  told_.clear();
}

std::vector<std::string> Guard::open() {
  if (!required_ && !is_there(file_)) {
    log_->warn(
        "there is no policy ({}): servers may ask for anything on this host, also for any command; to say "
        "what is "
        "allowed, write that file and send SIGHUP (docs/agent-policy.md)",
        file_.string());
    return {};
  }
  const auto loaded = load();
  if (!loaded) return {loaded.error().message};
  std::vector<std::string> mistakes;
  for (const jsonc::Problem& problem : loaded->problems) {
    if (!problem.warning) mistakes.push_back(jsonc::describe(problem, file_));
  }
  if (mistakes.empty()) {
    use(*loaded);
    log_->info("the policy {} is in force", file_.string());
  }
  return mistakes;
}

void Guard::reload() {
  const std::string unchanged =
      policy_ ? "what was in force stays so" : "there is no policy in force, as before";
  if (!policy_ && !is_there(file_)) return log_->info("{} is not there: {}", file_.string(), unchanged);
  const auto loaded = load();
  if (!loaded) return log_->error("the policy was not reloaded, {}: {}", unchanged, loaded.error().message);
  if (!loaded->ok()) {
    for (const jsonc::Problem& problem : loaded->problems) log_->error("{}", jsonc::describe(problem, file_));
    return log_->error("{} was not reloaded: {}", file_.string(), unchanged);
  }
  use(*loaded);
  log_->info("the policy {} was reloaded and is in force; orders at work keep what they were granted",
             file_.string());
}

std::unexpected<base::Error> Guard::tell(const policy::Refusal& refusal, const std::string& what,
                                         bool again) {
  const std::string sentence = refusal.message();
  if (told_.size() >= most_told) told_.clear();
  if (told_.insert(what + sentence).second || again) {
    const std::string detail = refusal.detail.empty() ? "" : fmt::format(" ({})", refusal.detail);
    log_->warn("{}: {}{}", what, sentence, base::printable(detail));
  }
  return std::unexpected(base::Error{base::ErrorCode::invalid, sentence});
}

base::Result<std::optional<policy::Grant>> Guard::order(const policy::Caller& caller,
                                                        const wire::Order& order, std::size_t at_work) {
  if (!policy_) return std::nullopt;
  const std::string what = fmt::format("order {}", base::printable(order.id));
  auto grant = policy::judge_order(*policy_, caller, order, clock_());
  if (!grant) return tell(grant.error(), what, true);
  if (const auto free = policy::judge_load(*policy_, at_work); !free) return tell(free.error(), what, true);
  return std::move(*grant);
}

base::Result<std::optional<policy::Grant>> Guard::query(const policy::Caller& caller,
                                                        const wire::Query& query) {
  if (!policy_) return std::nullopt;
  auto grant = policy::judge_query(*policy_, caller, query);
  if (!grant) return tell(grant.error(), "a question", false);
  return std::move(*grant);
}

std::string Guard::user_of(const fs::path& path) const {
  if (!policy_) return "";
  const auto real = policy::real_path(path);
  return real ? policy::rules_for(*policy_, *real).run_as.value_or("") : "";
}

}  // namespace slipway::agent
