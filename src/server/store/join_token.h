// A join token as the database has it: without the token itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/time.h"

namespace slipway::server::store {

struct JoinToken {
  std::int64_t id = 0;
  std::string hash;
  std::optional<std::string> app;  // only agents that a node of this app names
  int uses_left = 1;
  base::Time created_at;
  std::string created_by;
  base::Time expires_at;
  bool revoked = false;

  bool good(base::Time now) const { return !revoked && uses_left > 0 && now < expires_at; }
};

}  // namespace slipway::server::store
