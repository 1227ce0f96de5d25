// The few operations that libsodium does for us. Thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace slipway::server::access {

// Random letters, digits, '-' and '_' that carry so many random bytes.
std::string random_text(std::size_t bytes);

// 64 hexadecimal digits.
std::string sha256(std::string_view bytes);
std::string hmac_sha256(std::string_view key, std::string_view bytes);

// In a time that does not tell where they differ.
bool equal(std::string_view a, std::string_view b);

// argon2id, with a random salt. Takes about a tenth of a second and 64 MiB; "" where there is no memory.
std::string hash_password(std::string_view password);
bool verify_password(const std::string& hash, std::string_view password);

// What no password fits, for the time that it takes to find that out.
const std::string& nobodys_hash();

}  // namespace slipway::server::access
