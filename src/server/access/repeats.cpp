#include "server/access/repeats.h"

#include <fmt/format.h>

namespace slipway::server::access {
namespace {

constexpr std::chrono::minutes window{1};
// So many kinds in a minute; what is beyond is counted together.
constexpr std::size_t max_kinds = 50;
const std::string the_rest;

std::string kind_of(const AuditEntry& entry) {
  return fmt::format("{}\n{}\n{}\n{}", entry.who, entry.via, entry.origin, entry.what);
}

AuditEntry crowd(const AuditEntry& one) {
  return {.at = one.at, .origin = "many", .what = "many", .target = "many", .result = one.result};
}

}  // namespace

bool Repeats::is_first(const AuditEntry& refusal, Time now) {
  const auto known = kinds_.find(kind_of(refusal));
  const bool crowded = known == kinds_.end() && kinds_.size() >= max_kinds;
  if (known == kinds_.end() && !crowded) {
    kinds_.emplace(kind_of(refusal), Kind{refusal, now});
    return true;
  }
  Kind& kind =
      crowded ? kinds_.try_emplace(the_rest, Kind{crowd(refusal), now}).first->second : known->second;
  kind.last.at = refusal.at;
  ++kind.more;
  return false;
}

std::vector<AuditEntry> Repeats::due(Time now, bool all) {
  std::vector<AuditEntry> entries;
  for (auto kind = kinds_.begin(); kind != kinds_.end();) {
    if (!all && now - kind->second.since < window) {
      ++kind;
      continue;
    }
    if (kind->second.more > 0) {
      AuditEntry entry = kind->second.last;
      entry.repeats = kind->second.more;
      entry.detail = fmt::format("{} more within a minute", entry.repeats);
      entries.push_back(std::move(entry));
    }
    kind = kinds_.erase(kind);
  }
  return entries;
}

}  // namespace slipway::server::access
