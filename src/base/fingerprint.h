// The name of a public key, as people see and type it: "SHA256:" and the SHA-256 of the key's
// SubjectPublicKeyInfo (DER) in base64 without padding, 43 characters. Pure.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace slipway::base {

class Fingerprint {
 public:
  using Hash = std::array<std::uint8_t, 32>;

  Fingerprint() = default;
  explicit Fingerprint(const Hash& hash) : hash_(hash) {}

  std::string text() const;

  // Takes equally long wherever the first difference is.
  bool operator==(const Fingerprint& other) const;
  auto operator<=>(const Fingerprint& other) const { return hash_ <=> other.hash_; }

 private:
  Hash hash_{};
};

// The error says what is wrong with the text, and what was expected: it was typed by a person.
Result<Fingerprint> parse_fingerprint(std::string_view text);

}  // namespace slipway::base
