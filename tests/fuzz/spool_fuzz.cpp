// Any bytes as a spool, taken as the engine takes it: what an agent says stays within its bounds.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/text.h"
#include "server/rollout/outcome.h"
#include "wire/frame.h"
#include "wire/message.h"

namespace rollout = slipway::server::rollout;
namespace store = slipway::server::store;
namespace wire = slipway::wire;
namespace base = slipway::base;

namespace {

void check_text(const std::optional<std::string>& text, std::size_t limit) {
  if (text && (text->size() > limit || !base::is_utf8(*text))) __builtin_trap();
}

void check_bounds(const store::DeploymentNode& node) {
  if (node.steps.size() > 100) __builtin_trap();
  if (node.step && !wire::step_from(*node.step)) __builtin_trap();
  check_text(node.reason, 8000);
  check_text(node.revision_before, 200);
  check_text(node.revision_after, 200);
}

base::Result<> take(store::DeploymentNode& node, const wire::Message& message) {
  if (const auto* started = std::get_if<wire::StepStarted>(&message)) return rollout::apply(node, *started);
  if (const auto* finished = std::get_if<wire::StepFinished>(&message))
    return rollout::apply(node, *finished);
  if (const auto* result = std::get_if<wire::OrderResult>(&message)) return rollout::apply(node, *result);
  return {};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  store::DeploymentNode node;
  wire::FrameDecoder decoder;
  decoder.feed({reinterpret_cast<const char*>(data), size});
  for (;;) {
    const auto frame = decoder.next();
    if (!frame || !*frame) return 0;
    const auto decoded = wire::decode((*frame)->payload);
    if (!decoded) return 0;
    const auto* message = std::get_if<wire::Message>(&decoded->message);
    if (message != nullptr && !take(node, *message)) return 0;
    check_bounds(node);
  }
}
