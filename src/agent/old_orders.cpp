#include "agent/old_orders.h"

namespace slipway::agent {

std::vector<std::filesystem::path> orders_to_remove(const std::vector<CollectedOrder>& oldest_first,
                                                    const Keep& keep) {
  std::uint64_t used = 0;
  for (const CollectedOrder& order : oldest_first) used += order.bytes;
  std::vector<std::filesystem::path> removed;
  for (const CollectedOrder& order : oldest_first) {
    if (order.age <= keep.orders && used <= keep.bytes) continue;
    removed.push_back(order.directory);
    used -= order.bytes;
  }
  return removed;
}

}  // namespace slipway::agent
