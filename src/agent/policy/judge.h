// The decision: may this server ask for this? Start with judge_order().
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "agent/policy/grant.h"
#include "agent/policy/policy.h"
#include "base/time.h"
#include "wire/message.h"

namespace slipway::agent::policy {

// Who asks.
struct Caller {
  // The fingerprint of the key that it showed. On a plaintext link, where nobody shows one, the instance id
  // that it claims.
  std::string name;
};

template <class T>
using Verdict = std::expected<T, Refusal>;

Verdict<Grant> judge_order(const Policy& policy, const Caller& caller, const wire::Order& order,
                           base::Time now);

// A question changes nothing: hours, hooks and limits are not about it. Its grant tells the user.
Verdict<Grant> judge_query(const Policy& policy, const Caller& caller, const wire::Query& query);

// Whether one more order may begin while so many are at work.
Verdict<void> judge_load(const Policy& policy, std::size_t at_work);

// The rules for a path that was resolved: those of its app over those at the top.
Rules rules_for(const Policy& policy, const fs::path& real_path);

}  // namespace slipway::agent::policy
