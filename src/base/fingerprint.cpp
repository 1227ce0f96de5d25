#include "base/fingerprint.h"

#include <algorithm>

#include "base/encoding.h"
#include "base/text.h"

namespace slipway::base {
namespace {

constexpr std::string_view prefix = "SHA256:";
constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t length = 43;  // of 32 bytes in base64

template <class... Args>
std::unexpected<Error> mistyped(std::string_view text, fmt::format_string<Args...> format, Args&&... args) {
  return fail(ErrorCode::invalid, "\"{}\" is not a fingerprint: {}", printable(shorten(text, 80)),
              fmt::format(format, std::forward<Args>(args)...));
}

Result<> check_form(std::string_view text) {
  if (!text.starts_with(prefix))
    return mistyped(text, "expected \"SHA256:\" and {} characters of base64", length);
  const std::string_view digits = text.substr(prefix.size());
  const std::size_t odd = digits.find_first_not_of(alphabet);
  if (odd != std::string_view::npos)
    return mistyped(text, "\"{}\" is no character of base64", printable(digits.substr(odd, 1)));
  if (digits.size() != length)
    return mistyped(text, "it has {} characters after \"SHA256:\", expected {}", digits.size(), length);
  return {};
}

}  // namespace

std::string Fingerprint::text() const {
  std::string text =
      std::string{prefix} + base64({reinterpret_cast<const char*>(hash_.data()), hash_.size()});
  text.pop_back();  // the padding
  return text;
}

bool Fingerprint::operator==(const Fingerprint& other) const {
  unsigned difference = 0;
  for (std::size_t index = 0; index < hash_.size(); ++index)
    difference |= static_cast<unsigned>(hash_[index] ^ other.hash_[index]);
  return difference == 0;
}

Result<Fingerprint> parse_fingerprint(std::string_view text) {
  if (auto formed = check_form(text); !formed) return std::unexpected(formed.error());
  Fingerprint::Hash hash{};
  std::uint32_t held = 0;
  int bits = 0;
  auto next = hash.begin();
  for (const char digit : text.substr(prefix.size())) {
    held = held << 6U | static_cast<std::uint32_t>(alphabet.find(digit));
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    *next++ = static_cast<std::uint8_t>(held >> bits);
  }
  const Fingerprint fingerprint{hash};
  // The last character carries two bits that no hash has: with them set it is another one's typing error.
  if (fingerprint.text() != text) return mistyped(text, "its last character cannot be right");
  return fingerprint;
}

}  // namespace slipway::base
