// A policy, told in sentences.
#pragma once

#include <string>

#include "agent/policy/grant.h"
#include "agent/policy/policy.h"

namespace slipway::agent::policy {

// What servers may ask for, one line for each rule, and what is left open.
std::string explain(const Policy& policy);

// What an order that is allowed would be carried out with.
std::string explain(const Grant& grant);

}  // namespace slipway::agent::policy
