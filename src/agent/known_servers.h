// The keys of the servers that this agent speaks to: those that it was told of, and those that one of them
// announced to take the place of its own.
#pragma once

#include <filesystem>
#include <map>
#include <vector>

#include "base/error.h"
#include "base/fingerprint.h"

namespace slipway::agent {

class KnownServers {
 public:
  // `trusted`: as a person named them. What was announced is kept in the file.
  KnownServers(std::vector<base::Fingerprint> trusted, std::filesystem::path file);

  base::Result<> open();

  // The error is for the log.
  base::Result<> check(const base::Fingerprint& server) const;
  // The server with this key will have the other one. True: that was not known yet.
  base::Result<bool> announced(const base::Fingerprint& server, const base::Fingerprint& next);

 private:
  bool is_trusted(const base::Fingerprint& server, int depth = 0) const;
  base::Result<> write() const;

  std::vector<base::Fingerprint> trusted_;
  std::filesystem::path file_;
  std::map<base::Fingerprint, base::Fingerprint> next_;  // by who announced it
};

}  // namespace slipway::agent
