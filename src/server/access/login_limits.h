// How often somebody may try to log in. Pure: the clock is the caller's.
//
// Who comes without a device that has logged in before shares three buckets: that of his address and the
// account, that of his address, and that of the account. Whoever empties the last one keeps strangers out,
// not the owner: a browser that has logged in before shows its device and has a bucket of its own.
#pragma once

#include <chrono>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace slipway::server::access {

struct LoginAttempt {
  std::string account;
  std::string address;
  std::string device;  // shown, and made for this account; empty: none
};

class LoginLimits {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Counts the attempt; how long to wait if it is one too many, which is then not counted.
  std::optional<std::chrono::seconds> attempt(const LoginAttempt& attempt, Time now);

  // It was the right password: this attempt was none.
  void succeeded(const LoginAttempt& attempt);

 private:
  struct Bucket {
    std::string key;
    double left = 0;
    Time filled;
  };
  struct Rule {
    std::string key;
    double size;
    std::chrono::duration<double> each;  // one more attempt after so long
  };
  using Buckets = std::list<Bucket>;  // the one that was used last in front

  static std::vector<Rule> rules_for(const LoginAttempt& attempt);
  Bucket& bucket(const Rule& rule, Time now);

  Buckets buckets_;
  std::unordered_map<std::string, Buckets::iterator> by_key_;
};

}  // namespace slipway::server::access
