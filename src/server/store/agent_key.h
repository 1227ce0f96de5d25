// Which key the server knows an agent by, as the database has it.
#pragma once

#include <optional>
#include <string>

#include "base/fingerprint.h"
#include "base/time.h"

namespace slipway::server::store {

struct AgentKey {
  std::string agent;                         // its address, normalised, or the name of one that dials
  std::optional<base::Fingerprint> key;      // none: it was never let in
  bool confirmed = false;                    // by a person; else it is only what came first
  std::optional<base::Fingerprint> offered;  // another one that it showed since, and that was refused
  std::optional<base::Time> first_seen;      // of `key`
  std::optional<base::Time> offered_at;
  std::optional<base::Time> confirmed_at;
  std::optional<std::string> confirmed_by;

  std::optional<base::Fingerprint> next;  // announced over a link of the key `next_of`, to take its place
  std::optional<base::Fingerprint> next_of;
  bool dials = false;     // it dials this server
  bool rejected = false;  // a person does not want the offered key

  bool operator==(const AgentKey&) const = default;
};

}  // namespace slipway::server::store
