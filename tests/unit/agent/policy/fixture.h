// What the tests of the policy share.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "agent/policy/parse.h"

namespace slipway::agent::policy::test {

// The problems as a person reads them: "LINE:COL: text".
inline std::vector<std::string> problems_of(std::string_view text, const Host& host = {}) {
  std::vector<std::string> lines;
  for (const jsonc::Problem& problem : parse_policy(text, host).problems)
    lines.push_back(jsonc::describe(problem, "a").substr(2));
  return lines;
}

inline Policy policy_of(std::string_view text) {
  Loaded loaded = parse_policy(text, Host());
  if (!loaded.ok()) throw std::runtime_error(jsonc::describe(loaded.problems.front(), "agent.json"));
  loaded.policy.file = "/etc/slipway/agent.json";
  return loaded.policy;
}

}  // namespace slipway::agent::policy::test
