// The change from one key to the next without a gap: the next key is made, announced to the other sides over
// links of the present one, and takes over at its time, when they know it.
//
//   identity/next/key.pem, certificate.pem, from     while it waits; `from` is the time, RFC 3339
#pragma once

#include <filesystem>
#include <optional>

#include "base/error.h"
#include "base/time.h"
#include "net/identity.h"

namespace slipway::net {

struct NextIdentity {
  Identity identity;
  base::Time from;
};

// None: no change is under way. `directory` is that of the identity.
base::Result<std::optional<NextIdentity>> next_identity(const fs::path& directory);

// Makes the next key, to take over at that time; one that waits already gets the time.
base::Result<NextIdentity> prepare_next_identity(const fs::path& directory, base::Time from);

// The next key becomes the present one, now.
base::Result<> take_next_identity(const fs::path& directory);

// As open_identity(), after the next key has taken over if its time has come.
base::Result<Identity> open_identity_of_now(const fs::path& directory);

}  // namespace slipway::net
