// The table of agents' keys. Each change touches only its own columns: the server and the programs of the
// command line write at the same time.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "server/store/agent_key.h"

namespace soci {
class session;
}

namespace slipway::server::store {

std::vector<AgentKey> select_agent_keys(soci::session& sql);

// The key is the agent's from now on, unless one is known already.
void record_first_contact(soci::session& sql, const std::string& agent, const base::Fingerprint& key,
                          base::Time now);

// The agent showed this key and was refused; none: it showed the right one again.
void record_offer(soci::session& sql, const std::string& agent,
                  const std::optional<base::Fingerprint>& offered, base::Time now);

// A person's word that this is the agent's key. It must be one that the agent has shown, unless it has shown
// none yet: a fingerprint that was mistyped, or that is another agent's, locks nobody out.
base::Result<> accept_key(soci::session& sql, const std::string& agent, const base::Fingerprint& key,
                          const std::string& who, base::Time now);

// The agent, known by the key `of`, has announced its next one.
void record_next(soci::session& sql, const std::string& agent, const base::Fingerprint& of,
                 const base::Fingerprint& next);
// The next key has taken the place of the one that announced it. What a person said of that one counts for
// it.
void take_next(soci::session& sql, const std::string& agent, const base::Fingerprint& next);

// --- agents that dial

// An agent that nobody knows waits with this key.
void record_waiting(soci::session& sql, const std::string& agent, const base::Fingerprint& key,
                    base::Time now);
// It waits no more; nothing is left of it unless it is known or was rejected.
void forget_waiting(soci::session& sql, const std::string& agent);
// All of them: at the start of the server nobody waits.
void forget_all_waiting(soci::session& sql);
// A person does not want the key that the agent offers. An error: it offers none.
base::Result<> reject_key(soci::session& sql, const std::string& agent);
// The agent with this key came with a good token.
void record_joined(soci::session& sql, const std::string& agent, const base::Fingerprint& key,
                   const std::string& by, base::Time now);

}  // namespace slipway::server::store
