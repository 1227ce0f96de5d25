// Accounts, sessions and tokens in the database. Blocking: on the database thread, or in a command. What can
// go wrong here is a broken database, which is thrown.
#pragma once

#include "server/access/model.h"

namespace soci {
class session;
}

namespace slipway::server::access {

People read_people(soci::session& sql);

void insert(soci::session& sql, const Account& account);
// Everything but the name.
void update(soci::session& sql, const Account& account);
void note_login(soci::session& sql, const std::string& account, base::Time now);

void insert(soci::session& sql, const Session& session);
void renew_session(soci::session& sql, const std::string& id, base::Time now);
void end_session(soci::session& sql, const std::string& id);
void end_sessions_of(soci::session& sql, const std::string& account);
// Those that are over, and the oldest of an account that has too many.
void tidy_sessions(soci::session& sql, const std::string& account, base::Time now);

// Sets the id.
void insert(soci::session& sql, ApiToken& token);
void remove_token(soci::session& sql, std::int64_t id);
void touch_token(soci::session& sql, std::int64_t id, base::Time now);

}  // namespace slipway::server::access
