#include "vcs/submodule_url.h"

namespace slipway::vcs {
namespace {

bool is_relative(std::string_view url) {
  return url.starts_with("./") || url.starts_with("../");
}

std::string_view without_last_part(std::string_view url) {
  const std::size_t slash = url.rfind('/');
  // "host:app.git" of ssh has no slash.
  const std::size_t colon = url.rfind(':');
  if (slash != std::string_view::npos) return url.substr(0, slash);
  return colon == std::string_view::npos ? "" : url.substr(0, colon + 1);
}

}  // namespace

std::string submodule_url(std::string_view parent, std::string_view written) {
  if (!is_relative(written)) return std::string{written};
  while (parent.ends_with('/')) parent.remove_suffix(1);
  while (is_relative(written)) {
    if (written.starts_with("../")) parent = without_last_part(parent);
    written.remove_prefix(written.find('/') + 1);
  }
  while (written.ends_with('/')) written.remove_suffix(1);
  return std::string{parent} + (parent.ends_with(':') ? "" : "/") + std::string{written};
}

}  // namespace slipway::vcs
