// Join tokens: what lets an agent that dials in without a person's word. Only their hashes are kept.
#pragma once

#include <string>
#include <string_view>

namespace slipway::net {

// 256 random bits, "slipway-join-" and 43 characters.
std::string make_join_token();

// In hexadecimal. A plain hash will do: nobody can guess what has 256 bits.
std::string hash_of_token(std::string_view token);

}  // namespace slipway::net
