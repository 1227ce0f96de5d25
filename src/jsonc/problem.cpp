#include "jsonc/problem.h"

#include <fmt/format.h>

namespace slipway::jsonc {

std::string describe(const Problem& problem, const std::filesystem::path& file) {
  return fmt::format("{}:{}:{}: {}{}", file.string(), problem.line, problem.column,
                     problem.warning ? "warning: " : "", problem.text);
}

}  // namespace slipway::jsonc
