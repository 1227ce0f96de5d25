// The table of join tokens.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/store/join_token.h"

namespace soci {
class session;
}

namespace slipway::server::store {

// Those that can no longer be used go a month after they ended.
std::vector<JoinToken> select_join_tokens(soci::session& sql, base::Time now);

// Its id.
std::int64_t insert_join_token(soci::session& sql, const JoinToken& token);

std::optional<JoinToken> find_join_token(soci::session& sql, const std::string& hash);

// False: there is none.
bool revoke_join_token(soci::session& sql, std::int64_t id);

// One use less. False: none was left.
bool use_join_token(soci::session& sql, std::int64_t id, base::Time now);

}  // namespace slipway::server::store
