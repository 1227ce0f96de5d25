// Any bytes as a link's stream: however they are cut into pieces, the same frames and the same error come
// out.
#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "wire/frame.h"

namespace wire = slipway::wire;

namespace {

struct Decoded {
  std::vector<std::string> frames;  // the type's byte and the payload
  std::string error;
  std::size_t pending = 0;
  bool operator==(const Decoded&) const = default;
};

void take_all(wire::FrameDecoder& decoder, Decoded& into) {
  for (;;) {
    const auto frame = decoder.next();
    if (!frame) into.error = frame.error().message;
    if (!frame || !*frame) return;
    if (!into.error.empty()) __builtin_trap();  // only errors follow an error
    into.frames.push_back(static_cast<char>((*frame)->type) + std::string((*frame)->payload));
  }
}

Decoded decode_at_once(std::string_view bytes) {
  Decoded decoded;
  wire::FrameDecoder decoder;
  decoder.feed(bytes);
  take_all(decoder, decoded);
  decoded.pending = decoder.pending();
  return decoded;
}

Decoded decode_in_pieces(std::string_view bytes, std::minstd_rand random) {
  Decoded decoded;
  wire::FrameDecoder decoder;
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, 1 + random() % 24);
    bytes.remove_prefix(piece.size());
    decoder.feed(piece);
    take_all(decoder, decoded);
  }
  decoded.pending = decoder.pending();
  return decoded;
}

// What was decoded encodes to the bytes that it was decoded from.
void check_encoding(const Decoded& decoded, std::string_view bytes) {
  std::string encoded;
  for (const std::string& frame : decoded.frames) {
    encoded +=
        wire::encode_frame(static_cast<wire::FrameType>(frame.front()), std::string_view(frame).substr(1));
  }
  if (!bytes.starts_with(encoded)) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  // The first byte chooses the cuts.
  const std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
  const Decoded decoded = decode_at_once(bytes);
  if (decode_in_pieces(bytes, std::minstd_rand(data[0] + 1U)) != decoded) __builtin_trap();
  check_encoding(decoded, bytes);
  return 0;
}
