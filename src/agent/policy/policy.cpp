#include "agent/policy/policy.h"

#include <algorithm>

namespace slipway::agent::policy {

std::optional<Patterns> Policy::all_paths() const {
  if (!paths && apps.empty()) return std::nullopt;
  Patterns all = paths.value_or(Patterns{});
  for (const AppRules& app : apps) all.push_back(app.path);
  return all;
}

bool Policy::has_run_as() const {
  return run_as || std::ranges::any_of(apps, [](const AppRules& app) { return app.run_as.has_value(); });
}

}  // namespace slipway::agent::policy
