#include "base/id.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <random>

namespace slipway::base {
namespace {

constexpr std::string_view alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t id_length = 26;

void put_base32(std::string& out, std::uint64_t value, int digits) {
  for (int shift = 5 * (digits - 1); shift >= 0; shift -= 5) out += alphabet[(value >> shift) & 31U];
}

}  // namespace

std::string make_id() {
  using std::chrono::duration_cast, std::chrono::milliseconds, std::chrono::system_clock;
  const auto now =
      static_cast<std::uint64_t>(duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count());
  std::random_device random;
  const auto random40 = [&] { return (std::uint64_t{random()} << 32U | random()) & 0xff'ffff'ffffU; };
  std::string id;
  id.reserve(id_length);
  put_base32(id, now, 10);
  put_base32(id, random40(), 8);
  put_base32(id, random40(), 8);
  return id;
}

bool is_id(std::string_view text) {
  return text.size() == id_length &&
         std::ranges::all_of(text, [](char c) { return alphabet.find(c) != std::string_view::npos; });
}

}  // namespace slipway::base
