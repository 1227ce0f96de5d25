// Sessions as JSON Web Tokens. Pure: clock and secret are the caller's.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/time.h"

namespace slipway::server::access {

// How long a token is believed before it has to be renewed.
constexpr std::chrono::minutes token_lifetime{15};

struct Claims {
  std::string account;
  std::string session;
  base::Time issued;
  base::Time expires;
};

std::string sign(const Claims& claims, const std::string& secret);

// Only what sign() could have made with this secret, and what is not over: another algorithm (none, too),
// another key, claims that are missing, of another kind or beyond those of sign() are all refused.
base::Result<Claims> verify(std::string_view token, const std::string& secret, base::Time now);

}  // namespace slipway::server::access
