// Any bytes as server.json: problems or a configuration, never a crash.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/text.h"
#include "server/config/config.h"

namespace config = slipway::server::config;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  for (const config::Problem& problem : config::parse_config(text, "server.json").problems) {
    // A problem is told on one line of valid text, whatever the file holds.
    if (problem.text.contains('\n') || !slipway::base::is_utf8(problem.text)) __builtin_trap();
  }
  return 0;
}
