// Any bytes as agent.json: problems or a policy by which an order can be judged, never a crash.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "agent/policy/explain.h"
#include "agent/policy/judge.h"
#include "agent/policy/parse.h"
#include "base/text.h"

namespace policy = slipway::agent::policy;
namespace wire = slipway::wire;

namespace {

void judge(const policy::Policy& rules) {
  wire::Order order{.id = "01jd9x3kq5m8w2r7t4v6y9b0ce", .revision = "aa", .after_deploy = {"@restart"}};
  order.target = {.url = "https://host/team/shop.git", .branch = "main", .path = "/srv/shop/app"};
  const auto verdict = policy::judge_order(rules, {{"SHA256:x"}}, order, {});
  const std::string told = verdict ? policy::explain(*verdict) : verdict.error().message();
  if (!slipway::base::is_utf8(told) || !slipway::base::is_utf8(policy::explain(rules))) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const policy::Loaded loaded = policy::parse_policy(text, policy::Host());
  for (const slipway::jsonc::Problem& problem : loaded.problems) {
    if (problem.text.contains('\n') || !slipway::base::is_utf8(problem.text)) __builtin_trap();
  }
  if (loaded.ok()) judge(loaded.policy);
  return 0;
}
