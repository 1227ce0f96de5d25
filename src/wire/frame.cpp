#include "wire/frame.h"

#include <array>

namespace slipway::wire {
namespace {

void put_u32(std::string& out, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xffU);
}

std::uint32_t get_u32(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t index = 0; index < 4; ++index)
    value = value << 8U | static_cast<std::uint8_t>(bytes[index]);
  return value;
}

bool is_known(std::uint8_t type) {
  return type >= 0x01 && type <= 0x03;
}

}  // namespace

base::Result<std::optional<FrameHeader>> read_header(std::string_view bytes) {
  using base::ErrorCode;
  // What is wrong is said as early as it can be seen: a stranger's first bytes are enough.
  if (bytes.size() >= 4 && get_u32(bytes) != frame_magic) {
    return base::fail(ErrorCode::invalid, "wrong magic 0x{:08x} at the start of a frame (expected 0x{:08x})",
                      get_u32(bytes), frame_magic);
  }
  if (bytes.size() < frame_header_size) return std::nullopt;
  const std::uint32_t size = get_u32(bytes.substr(4));
  const auto type = static_cast<std::uint8_t>(bytes[8]);
  if (!is_known(type)) return base::fail(ErrorCode::invalid, "unknown frame type 0x{:02x}", type);
  if (size > max_payload) {
    return base::fail(ErrorCode::invalid, "a frame of {} bytes is larger than the {} that are allowed", size,
                      max_payload);
  }
  return FrameHeader{static_cast<FrameType>(type), size};
}

std::string encode_frame(FrameType type, std::string_view payload) {
  return encode_frame(type, payload, {});
}

std::string encode_frame(FrameType type, std::string_view front, std::string_view back) {
  std::string frame;
  frame.reserve(frame_header_size + front.size() + back.size());
  put_u32(frame, frame_magic);
  put_u32(frame, static_cast<std::uint32_t>(front.size() + back.size()));
  frame += static_cast<char>(type);
  return frame.append(front).append(back);
}

void FrameDecoder::feed(std::string_view bytes) {
  drop_consumed();
  buffer_.append(bytes);
}

void FrameDecoder::drop_consumed() {
  buffer_.erase(0, start_);
  start_ = 0;
}

base::Result<std::optional<Frame>> FrameDecoder::next() {
  const std::string_view rest = std::string_view(buffer_).substr(start_);
  const auto header = read_header(rest);
  if (!header) return std::unexpected(header.error());
  if (!*header || rest.size() < (*header)->frame_size()) return std::nullopt;
  start_ += (*header)->frame_size();
  return Frame{(*header)->type, rest.substr(frame_header_size, (*header)->payload_size)};
}

}  // namespace slipway::wire
