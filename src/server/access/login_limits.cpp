#include "server/access/login_limits.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace slipway::server::access {
namespace {

using std::chrono::seconds;

constexpr std::size_t max_buckets = 20'000;

// Who has one IPv6 address has 2^64 of them.
std::string network_of(const std::string& address) {
  in6_addr bytes{};
  if (::inet_pton(AF_INET6, address.c_str(), &bytes) != 1) return address;
  return {reinterpret_cast<const char*>(&bytes), 8};
}

}  // namespace

std::vector<LoginLimits::Rule> LoginLimits::rules_for(const LoginAttempt& attempt) {
  if (!attempt.device.empty()) return {{"device " + attempt.device, 10, seconds{20}}};
  const std::string network = network_of(attempt.address);
  return {{"both " + network + " " + attempt.account, 5, seconds{30}},
          {"address " + network, 20, seconds{10}},
          {"account " + attempt.account, 50, seconds{20}}};
}

LoginLimits::Bucket& LoginLimits::bucket(const Rule& rule, Time now) {
  const auto known = by_key_.find(rule.key);
  if (known != by_key_.end()) {
    buckets_.splice(buckets_.begin(), buckets_, known->second);
    Bucket& found = buckets_.front();
    found.left =
        std::min(rule.size, found.left + std::chrono::duration<double>(now - found.filled) / rule.each);
    found.filled = now;
    return found;
  }
  if (buckets_.size() >= max_buckets) {
    by_key_.erase(buckets_.back().key);
    buckets_.pop_back();
  }
  buckets_.push_front({rule.key, rule.size, now});
  by_key_[rule.key] = buckets_.begin();
  return buckets_.front();
}

std::optional<seconds> LoginLimits::attempt(const LoginAttempt& attempt, Time now) {
  const std::vector<Rule> rules = rules_for(attempt);
  double wait = 0;
  for (const Rule& rule : rules) wait = std::max(wait, (1 - bucket(rule, now).left) * rule.each.count());
  if (wait > 0) return seconds{static_cast<std::int64_t>(std::ceil(wait))};
  for (const Rule& rule : rules) bucket(rule, now).left -= 1;
  return std::nullopt;
}

void LoginLimits::succeeded(const LoginAttempt& attempt) {
  for (const Rule& rule : rules_for(attempt)) {
    const auto known = by_key_.find(rule.key);
    if (known != by_key_.end()) known->second->left = std::min(rule.size, known->second->left + 1);
  }
}

}  // namespace slipway::server::access
