// Any secrets in any text, cut anywhere: never shown, and nothing held back without end.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/masker.h"

namespace base = slipway::base;

namespace {

// The text up to a NUL byte; the rest stays.
std::string take(std::string_view& rest) {
  const std::size_t end = std::min(rest.find('\0'), rest.size());
  std::string part{rest.substr(0, end)};
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return part;
}

}  // namespace

// The input: how long the pieces are, two secrets and the text, with NUL bytes between.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 4096) return 0;
  const std::size_t piece = data[0] % 16 + 1;
  std::string_view rest{reinterpret_cast<const char*>(data) + 1, size - 1};
  const std::vector<std::string> values{take(rest), take(rest)};
  const base::Secrets secrets(values);
  base::StreamMasker masker(secrets);
  std::string shown;
  for (std::size_t at = 0; at < rest.size(); at += piece) {
    shown += masker.feed(rest.substr(at, piece));
    if (!secrets.empty() && masker.held() >= secrets.forms().front().size()) __builtin_trap();
  }
  shown += masker.finish();
  if (shown != secrets.mask(rest)) __builtin_trap();
  for (const std::string& value : values) {
    // A "*" of the mark may make one with what stands beside it.
    if (value.size() >= base::shortest_secret && !value.contains('*') && shown.contains(value))
      __builtin_trap();
  }
  return 0;
}
