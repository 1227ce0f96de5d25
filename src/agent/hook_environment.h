// The environment of hooks, as the policy wants it. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/policy/grant.h"

namespace slipway::agent {

// Of the names of our own variables, those that a hook must not inherit.
std::vector<std::string> not_passed(const std::vector<std::string>& ours, const policy::Grant& grant);

std::vector<std::string> our_variables();

}  // namespace slipway::agent
