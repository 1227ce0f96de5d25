// Any bytes as the payload of a data frame: what is understood is said again in the same words.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/text.h"
#include "wire/message.h"

namespace wire = slipway::wire;
namespace base = slipway::base;

namespace {

void check_message(const wire::Message& message, std::string_view raw) {
  const auto encode = [raw](const auto& any) { return wire::encode(any, raw); };
  const std::string once = std::visit(encode, message);
  const auto again = wire::decode(std::string_view(once).substr(wire::frame_header_size));
  if (!again || again->raw != raw) __builtin_trap();
  const auto* same = std::get_if<wire::Message>(&again->message);
  if (same == nullptr || same->index() != message.index() || std::visit(encode, *same) != once)
    __builtin_trap();
}

void check_unknown(const wire::UnknownMessage& unknown) {
  if (unknown.type.size() > 100 || !base::is_utf8(unknown.type)) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto decoded = wire::decode({reinterpret_cast<const char*>(data), size});
  if (!decoded) {
    if (decoded.error().message.empty() || !base::is_utf8(decoded.error().message)) __builtin_trap();
  } else if (const auto* message = std::get_if<wire::Message>(&decoded->message)) {
    check_message(*message, decoded->raw);
  } else {
    check_unknown(std::get<wire::UnknownMessage>(decoded->message));
  }
  return 0;
}
