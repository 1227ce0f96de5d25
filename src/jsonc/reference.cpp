#include "jsonc/reference.h"

#include <fmt/format.h>

namespace slipway::jsonc {
namespace {

std::string spellings(const KeyInfo& key) {
  std::string text = fmt::format("`{}`", key.name);
  for (const std::string_view alias : key.aliases) text += fmt::format(" or `{}`", alias);
  return text;
}

std::string fallback(const KeyInfo& key) {
  if (key.required) return "required";
  return key.fallback.empty() ? "none" : fmt::format("`{}`", key.fallback);
}

}  // namespace

std::string reference_table(std::string_view title, const std::vector<KeyInfo>& keys) {
  std::string text = fmt::format("### {}\n\n| key | value | default | meaning |\n|---|---|---|---|\n", title);
  for (const KeyInfo& key : keys) {
    text += fmt::format("| {} | {} | {} | {} |\n", spellings(key), key.value, fallback(key), key.doc);
  }
  return text;
}

}  // namespace slipway::jsonc
