// Which of the collected orders go: those that were kept long enough, and the oldest of those that take too
// much. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/time.h"

namespace slipway::agent {

struct Keep {
  base::Millis orders = std::chrono::days{7};     // after the server has stored all of it
  std::uint64_t bytes = std::uint64_t{1} << 30U;  // all collected orders together
  base::Millis caches = std::chrono::days{30};    // after it was last used
};

struct CollectedOrder {
  std::filesystem::path directory;
  base::Millis age{};  // since it was collected
  std::uint64_t bytes = 0;
};

// `oldest_first` by their ids, which begin with the time; whatever a clock that jumps makes of the ages.
std::vector<std::filesystem::path> orders_to_remove(const std::vector<CollectedOrder>& oldest_first,
                                                    const Keep& keep);

}  // namespace slipway::agent
