#include "server/store/retention.h"

#include <algorithm>

namespace slipway::server::store {
namespace {

// More than daylight saving, less than what would remove something too early that matters.
constexpr std::chrono::hours jump{2};
// A server that was off for longer cannot tell a jump from its absence.
constexpr std::chrono::days usual_absence{14};
// Who works with a wrong clock for so long works with it for good.
constexpr std::chrono::hours until_believed{24};

bool too_old(const Past& past, const config::History& limits, const std::optional<base::Time>& now) {
  return now && *now - past.ended > limits.days && !past.among_newest && !past.newest && !past.last_of_a_node;
}

Removal first(std::span<const Past> pasts, Removal::What what, auto wanted) {
  const auto found = std::ranges::find_if(pasts, wanted);
  return found == pasts.end() ? Removal{} : Removal{what, found->id};
}

}  // namespace

Removal next_removal(std::span<const Past> oldest_first, const config::History& limits, std::uint64_t used,
                     std::optional<base::Time> now) {
  const Removal old =
      first(oldest_first, Removal::What::all, [&](const Past& past) { return too_old(past, limits, now); });
  if (old.what != Removal::What::nothing || used <= limits.max_bytes) return old;
  const Removal output = first(oldest_first, Removal::What::output,
                               [](const Past& past) { return past.has_output && !past.newest; });
  if (output.what != Removal::What::nothing) return output;
  return first(oldest_first, Removal::What::all,
               [](const Past& past) { return !past.newest && !past.last_of_a_node; });
}

ClockCheck::ClockCheck(std::optional<base::Time> newest, base::Time wall, Steady steady)
    : wall_(wall), steady_(steady) {
  if (newest && wall - *newest > usual_absence) doubted_since_ = steady;
}

std::optional<base::Time> ClockCheck::believed(base::Time wall, Steady steady) {
  const auto ahead = (wall - wall_) - (steady - steady_);
  wall_ = wall;
  steady_ = steady;
  if (ahead > jump) doubted_since_ = steady;
  if (ahead < -jump) doubted_since_.reset();
  if (doubted_since_ && steady - *doubted_since_ < until_believed) return std::nullopt;
  doubted_since_.reset();
  return wall;
}

}  // namespace slipway::server::store
