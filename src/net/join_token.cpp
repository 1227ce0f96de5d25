#include "net/join_token.h"

#include <openssl/rand.h>

#include <array>
#include <stdexcept>

#include "base/encoding.h"
#include "net/openssl.h"

namespace slipway::net {
namespace {

using Bytes = std::array<unsigned char, 32>;

std::string_view view(const Bytes& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

std::string make_join_token() {
  Bytes random{};
  if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1)
    throw std::runtime_error("the system gives no random bytes");
  std::string text = base::base64(view(random));
  text.pop_back();  // the padding
  for (char& c : text) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  return "slipway-join-" + text;
}

std::string hash_of_token(std::string_view token) {
  Bytes hash{};
  unsigned size = hash.size();
  EVP_Digest(token.data(), token.size(), hash.data(), &size, EVP_sha256(), nullptr);
  std::string text;
  for (const unsigned char byte : hash) text += fmt::format("{:02x}", byte);
  return text;
}

}  // namespace slipway::net
