// Whether a node is as Slipway left it. Pure.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/store/ledger.h"
#include "wire/message.h"

namespace slipway::server::fleet {

BOOST_DEFINE_ENUM_CLASS(DriftReason, revision, branch, modified)

// What differs from what was last deployed.
struct Drift {
  std::string expected;                 // revision
  std::optional<std::string> revision;  // none: nothing is there any more
  std::uint64_t modified_total = 0;
  std::vector<DriftReason> reasons;  // at least one

  bool operator==(const Drift&) const = default;
};

// None: the node is as it was left, or nothing was deployed to it yet. `branch` is the configured one; empty:
// any will do.
std::optional<Drift> drift_of(const store::Standing& standing, const std::string& branch,
                              const wire::WorkingCopyStatus& status);

// Whether the app was brought to a revision that this node has not got.
bool is_behind(const store::Standing& standing, const std::optional<store::Deployed>& current);

}  // namespace slipway::server::fleet
