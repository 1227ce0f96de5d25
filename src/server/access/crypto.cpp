#include "server/access/crypto.h"

#include <sodium.h>

#include <array>
#include <stdexcept>

namespace slipway::server::access {
namespace {

constexpr unsigned long long hash_passes = 2;
constexpr std::size_t hash_memory = std::size_t{64} << 20U;

void begin() {
  static const bool ready = ::sodium_init() >= 0;
  if (!ready) throw std::runtime_error("libsodium cannot be used: the system gives no random numbers");
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

template <std::size_t Size>
std::string hex(const std::array<unsigned char, Size>& bytes) {
  std::string text(2 * Size + 1, '\0');
  ::sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
  text.pop_back();
  return text;
}

}  // namespace

std::string random_text(std::size_t bytes) {
  begin();
  std::string raw(bytes, '\0');
  ::randombytes_buf(raw.data(), raw.size());
  std::string text(sodium_base64_ENCODED_LEN(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  ::sodium_bin2base64(text.data(), text.size(), bytes_of(raw), raw.size(),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  text.pop_back();
  return text;
}

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  ::crypto_hash_sha256(hash.data(), bytes_of(bytes), bytes.size());
  return hex(hash);
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> code{};
  crypto_auth_hmacsha256_state state;
  ::crypto_auth_hmacsha256_init(&state, bytes_of(key), key.size());
  ::crypto_auth_hmacsha256_update(&state, bytes_of(bytes), bytes.size());
  ::crypto_auth_hmacsha256_final(&state, code.data());
  return hex(code);
}

bool equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string hash_password(std::string_view password) {
  begin();
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  if (::crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), hash_passes, hash_memory,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
    return {};
  return hash.data();
}

bool verify_password(const std::string& hash, std::string_view password) {
  begin();
  return ::crypto_pwhash_str_verify(hash.c_str(), password.data(), password.size()) == 0;
}

const std::string& nobodys_hash() {
  static const std::string hash =
      "$argon2id$v=19$m=65536,t=2,p=1$ywrE0G7ehYpTYjAtH68h3g$uiqZ3s1zcJMtlfEMisQrfiXTCPFqrSyPvKL3HDERK1A";
  return hash;
}

}  // namespace slipway::server::access
