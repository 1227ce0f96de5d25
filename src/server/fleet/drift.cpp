#include "server/fleet/drift.h"

namespace slipway::server::fleet {

std::optional<Drift> drift_of(const store::Standing& standing, const std::string& branch,
                              const wire::WorkingCopyStatus& status) {
  if (!standing.left || standing.at_work) return std::nullopt;
  Drift drift{.expected = standing.left->revision,
              .revision = status.revision,
              .modified_total = status.modified_total};
  if (status.revision != drift.expected) drift.reasons.push_back(DriftReason::revision);
  const bool elsewhere = !branch.empty() && status.branch && *status.branch != branch;
  if (elsewhere) drift.reasons.push_back(DriftReason::branch);
  if (status.modified_total > 0) drift.reasons.push_back(DriftReason::modified);
  return drift.reasons.empty() ? std::nullopt : std::optional(std::move(drift));
}

bool is_behind(const store::Standing& standing, const std::optional<store::Deployed>& current) {
  if (!current || standing.at_work) return false;
  if (!standing.good) return true;
  // A deployment that still runs may have brought it further than the app is.
  return standing.good->deployment < current->deployment && standing.good->revision != current->revision;
}

}  // namespace slipway::server::fleet
