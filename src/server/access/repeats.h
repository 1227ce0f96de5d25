// Keeps a flood of refusals out of the audit log: the first of a kind is written, those that follow within a
// minute are counted. Pure: the clock is the caller's.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "server/access/audit.h"

namespace slipway::server::access {

class Repeats {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Whether this refusal is to be written now; otherwise it was counted.
  bool is_first(const AuditEntry& refusal, Time now);

  // What was counted in the minutes that are over, as entries to be written; with `all`, also in those that
  // are not.
  std::vector<AuditEntry> due(Time now, bool all = false);

 private:
  struct Kind {
    AuditEntry last;
    Time since;
    std::int64_t more = 0;
  };
  std::map<std::string, Kind> kinds_;
};

}  // namespace slipway::server::access
