// What of the past may go. Pure: the clock, the sizes and the entries are the caller's.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "base/time.h"
#include "server/config/history.h"

namespace slipway::server::store {

// A deployment that has ended and of whose orders nothing more is expected.
struct Past {
  std::int64_t id = 0;
  base::Time ended;
  bool has_output = true;       // output, or events that tell how it went
  bool newest = false;          // of its app
  bool among_newest = false;    // of the app's newest, which stay whatever their age
  bool last_of_a_node = false;  // a node got what it has by this one
};

struct Removal {
  enum class What {
    nothing,
    output,  // the output and the events; that it was, and how it ended, stays
    all,
  };
  What what = What::nothing;
  std::int64_t id = 0;

  bool operator==(const Removal&) const = default;
};

// So many deployments of each app stay whatever the clock says.
constexpr int kept_of_each_app = 10;

// The next thing to be removed: first what is too old, then, as long as all of it takes more than it may
// (`used`), the oldest output, then the oldest of the rest. The newest deployment of an app and the last of
// each node stay. Without `now` the clock is not believed, and nothing is too old.
Removal next_removal(std::span<const Past> oldest_first, const config::History& limits, std::uint64_t used,
                     std::optional<base::Time> now);

// Tells whether the wall clock can be believed: one that has just jumped ahead, compared with a clock that
// only ever counts on, may jump back, and what was removed in between would be gone for nothing.
class ClockCheck {
 public:
  using Steady = std::chrono::steady_clock::time_point;

  // `newest` is the latest time that is on record.
  ClockCheck(std::optional<base::Time> newest, base::Time wall, Steady steady);

  // The wall clock's time, if it may be believed.
  std::optional<base::Time> believed(base::Time wall, Steady steady);

 private:
  base::Time wall_;
  Steady steady_;
  std::optional<Steady> doubted_since_;
};

}  // namespace slipway::server::store
