// What of this host an agent.json is checked against while it is read; tests and the fuzzer have their own.
#pragma once

#include <optional>
#include <string>

#include "jsonc/values.h"

namespace slipway::agent::policy {

using jsonc::Complaint;

class Host {
 public:
  virtual ~Host() = default;
  virtual Complaint check_user(const std::string&) const { return std::nullopt; }
  virtual Complaint check_zone(const std::string&) const { return std::nullopt; }
  // A file that must be as well guarded as agent.json.
  virtual Complaint check_guarded_file(const std::string&) const { return std::nullopt; }
  // Told as a warning: a pattern that begins with a symbolic link allows nothing.
  virtual Complaint check_links(const std::string&) const { return std::nullopt; }
};

}  // namespace slipway::agent::policy
