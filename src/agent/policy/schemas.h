// The description of agent.json: its keys, each described once, from which reader and reference page derive.
#pragma once

#include "agent/policy/host.h"
#include "agent/policy/policy.h"
#include "jsonc/schema.h"

namespace slipway::agent::policy {

struct AppDraft : AppRules {
  const jsonc::Located* source = nullptr;
};

struct PolicyDraft : Policy {
  std::vector<AppDraft> drafts;
};

jsonc::Schema<Environment> environment_schema();
jsonc::Schema<Limits> limits_schema();
jsonc::Schema<Limits> app_limits_schema();
jsonc::Schema<Signers> signers_schema(const Host& host);
jsonc::Schema<AppDraft> app_schema(const Host& host);
jsonc::Schema<PolicyDraft> policy_schema(const Host& host);

}  // namespace slipway::agent::policy
