#include "agent/policy/parse.h"

#include <algorithm>

#include "agent/policy/schemas.h"
#include "jsonc/reader.h"
#include "jsonc/reference.h"

namespace slipway::agent::policy {
namespace {

using jsonc::Located;
using jsonc::Report;
using jsonc::value_of;

// An app's own commands take the place of those at the top, its own mode that of the mode at the top.
void check_commands(const Policy& top, const Rules& rules, const Located& source, Report& report) {
  const Hooks mode = rules.hooks.value_or(top.hooks.value_or(Hooks::server));
  const bool none = rules.commands.value_or(top.commands.value_or(Commands{})).empty();
  if (mode != Hooks::named || !none) return;
  const Located* hooks = value_of(source, "hooks");
  report.warning(hooks == nullptr ? source.at : hooks->at,
                 "\"hooks\": there are no \"commands\": every order with a hook is refused, as with \"off\"");
}

void check_signers(const Rules& rules, const Located& source, Report& report) {
  const Located* at = value_of(source, "require_signed_commits");
  if (at == nullptr || !rules.require_signed_commits || at->kind != jsonc::Kind::object) return;
  const bool named = value_of(*at, "allowed_signers") != nullptr || value_of(*at, "keyring") != nullptr;
  if (!named)
    report.problem(at->at, "\"require_signed_commits\": expected \"allowed_signers\", \"keyring\" or both");
}

void check(const Policy& top, const Rules& rules, const Located& source, Report& report) {
  check_commands(top, rules, source, report);
  check_signers(rules, source, report);
}

void check_all(const PolicyDraft& draft, const Located& root, Report& report) {
  check(draft, draft, root, report);
  for (const AppDraft& app : draft.drafts) check(draft, app, *app.source, report);
}

Policy finish(PolicyDraft draft) {
  Policy policy = std::move(static_cast<Policy&>(draft));
  for (AppDraft& app : draft.drafts) policy.apps.push_back(std::move(app));
  return policy;
}

}  // namespace

bool Loaded::ok() const {
  return std::ranges::all_of(problems, &jsonc::Problem::warning);
}

Loaded parse_policy(std::string_view text, const Host& host) {
  if (text.size() > max_file_bytes)
    return {{}, {{.text = fmt::format("the file is larger than {} bytes", max_file_bytes)}}};
  jsonc::JsonDocument document = jsonc::read_json(text);
  Report report;
  for (jsonc::Problem& problem : document.problems) report.add(std::move(problem));
  if (!document.root) return {{}, report.take()};
  PolicyDraft draft;
  if (jsonc::read_object(policy_schema(host), *document.root, report, draft))
    check_all(draft, *document.root, report);
  return {finish(std::move(draft)), report.take()};
}

std::string reference_markdown() {
  using jsonc::reference_table;
  const Host host;
  return fmt::format("{}\n{}\n{}\n{}\n{}", reference_table("At the top", policy_schema(host).infos()),
                     reference_table("In an app", app_schema(host).infos()),
                     reference_table("In require_signed_commits", signers_schema(host).infos()),
                     reference_table("In an environment", environment_schema().infos()),
                     reference_table("In limits", limits_schema().infos()));
}

}  // namespace slipway::agent::policy
