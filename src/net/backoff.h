// How long to wait before the next try: longer each time, and never the same for two that failed together.
#pragma once

#include <algorithm>
#include <random>

#include "base/time.h"

namespace slipway::net {

class Backoff {
 public:
  Backoff(base::Millis first, base::Millis longest) : first_(first), longest_(longest) {}

  base::Millis next() {
    const base::Millis most = std::min(longest_, first_ * (std::int64_t{1} << std::min(failures_, 20)));
    ++failures_;
    return base::Millis{std::uniform_int_distribution<std::int64_t>(most.count() / 4, most.count())(random_)};
  }
  void reset() { failures_ = 0; }

 private:
  base::Millis first_;
  base::Millis longest_;
  int failures_ = 0;
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace slipway::net
