// The audit log: who did what, from where, on what, and how it ended. It is only ever added to; each entry
// carries a hash over itself and the hash before it, so that whoever changes one has to change all behind it.
//
// Blocking: on the database thread, or in a command.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/time.h"

namespace soci {
class session;
}

namespace slipway::server::access {

struct AuditEntry {
  std::int64_t id = 0;
  base::Time at;
  std::string who;           // an account; on the command line the local user; empty: nobody knows
  std::string via;           // "session", "token NAME", "proxy", "command line", ""
  std::string origin;        // the address
  std::string what;          // "createDeployment", … : the operations of docs/openapi.yaml
  std::string target;        // "apps/shop", "users/bob"
  std::string app;           // empty: it is about no app
  std::string result;        // "done", "refused", "failed"
  std::string detail;        // a sentence
  std::int64_t repeats = 1;  // so many of the same kind
  std::string hash;
};

// As the hash is made over it.
std::string canonical(const AuditEntry& entry);

// Inside the caller's transaction, or in one of its own. Sets id and hash.
void append(soci::session& sql, AuditEntry& entry);
void append_alone(soci::session& sql, AuditEntry entry);

struct AuditFilter {
  std::optional<std::string> who;
  std::optional<std::string> what;
  std::optional<std::string> app;
  std::optional<base::Time> since;
  std::optional<std::int64_t> before;  // ids
};

// Newest first.
std::vector<AuditEntry> list_audit(soci::session& sql, const AuditFilter& filter, int limit);

// The newest entry, to be written down somewhere else.
struct AuditHead {
  std::int64_t id = 0;
  std::string hash;
};

// The head, if every entry is there and as it was written; else a sentence that says where the chain breaks.
// `known` is a head that was written down before.
base::Result<AuditHead> verify_audit(soci::session& sql, const std::optional<AuditHead>& known = {});

}  // namespace slipway::server::access
