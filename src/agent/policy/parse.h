// From the text of agent.json to a policy; every mistake in it is reported with its place, all of them in one
// run.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/policy/host.h"
#include "agent/policy/policy.h"
#include "jsonc/problem.h"

namespace slipway::agent::policy {

struct Loaded {
  Policy policy;                         // meaningful if ok()
  std::vector<jsonc::Problem> problems;  // in the order of the file, warnings too

  bool ok() const;
};

constexpr std::size_t max_file_bytes = std::size_t{1} << 20U;

Loaded parse_policy(std::string_view text, const Host& host);

// The tables of all keys, as docs/agent-policy.md shows them.
std::string reference_markdown();

}  // namespace slipway::agent::policy
