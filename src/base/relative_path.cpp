#include "base/relative_path.h"

#include <algorithm>
#include <ranges>

#include "base/text.h"

namespace slipway::base {
namespace {

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

}  // namespace

Result<std::string> relative_path(std::string_view path) {
  const auto refuse = [path](std::string_view why) {
    return fail(ErrorCode::invalid, "the path \"{}\" {}", printable(path), why);
  };
  if (path.starts_with('/')) return refuse("is absolute; expected one relative to the release");
  if (std::ranges::any_of(path, is_control)) return refuse("contains a control character");
  std::string normal;
  for (const auto part : path | std::views::split('/')) {
    const std::string_view name{part.begin(), part.end()};
    if (name.empty()) continue;
    if (name == "." || name == "..") return refuse("must not go through \".\" or \"..\"");
    normal += (normal.empty() ? "" : "/") + std::string{name};
  }
  if (normal.empty()) return refuse("is empty; expected a file or folder of the release");
  return normal;
}

bool is_inside(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

}  // namespace slipway::base
