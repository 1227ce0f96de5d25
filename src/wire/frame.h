// Frames: how bytes on a link (and in a spool) are cut into pieces. docs/protocol.md, "Frames".
//
//   | magic 0x12346641, 4 bytes | payload length, 4 bytes | type, 1 byte | payload |     big-endian
//
// Pure: no I/O, no clock. Start with FrameDecoder to read and encode_frame to write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"

namespace slipway::wire {

inline constexpr std::uint32_t frame_magic = 0x12346641;
inline constexpr std::size_t frame_header_size = 9;
inline constexpr std::size_t max_payload = std::size_t{16} << 20U;
// Bulk (output, spool chunks) travels in pieces of at most this size, so that control never waits for long.
inline constexpr std::size_t max_raw_chunk = std::size_t{64} << 10U;

enum class FrameType : std::uint8_t { heartbeat = 0x01, data = 0x02, disconnect = 0x03 };

struct FrameHeader {
  FrameType type = FrameType::heartbeat;
  std::uint32_t payload_size = 0;

  std::size_t frame_size() const { return frame_header_size + payload_size; }
};

// Reads the header at the front of `bytes`; nothing while there are fewer than nine bytes. A wrong magic, an
// unknown type or a payload that is too large is an error: after it the stream cannot be understood any more.
base::Result<std::optional<FrameHeader>> read_header(std::string_view bytes);

// A whole frame. The payload must not be larger than max_payload.
std::string encode_frame(FrameType type, std::string_view payload);

// A frame whose payload is given in two parts, without copying them together first.
std::string encode_frame(FrameType type, std::string_view front, std::string_view back);

struct Frame {
  FrameType type = FrameType::heartbeat;
  std::string_view payload;  // valid until the decoder is used again
};

// Cuts a stream of bytes into frames. Keeps at most one unfinished frame.
class FrameDecoder {
 public:
  void feed(std::string_view bytes);

  // The next whole frame, or nothing until more is fed. After an error only errors follow.
  base::Result<std::optional<Frame>> next();

  // Bytes fed and not yet returned as frames.
  std::size_t pending() const { return buffer_.size() - start_; }

 private:
  void drop_consumed();

  std::string buffer_;
  std::size_t start_ = 0;
};

}  // namespace slipway::wire
