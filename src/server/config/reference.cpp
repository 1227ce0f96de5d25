#include <fmt/format.h>

#include "server/config/schemas.h"

namespace slipway::server::config {
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

std::string table(std::string_view title, const std::vector<KeyInfo>& keys) {
  std::string text = fmt::format("### {}\n\n| key | value | default | meaning |\n|---|---|---|---|\n", title);
  for (const KeyInfo& key : keys) {
    text += fmt::format("| {} | {} | {} | {} |\n", spellings(key), key.value, fallback(key), key.doc);
  }
  return text;
}

}  // namespace

std::string reference_markdown() {
  return fmt::format(
      "{}\n{}\n{}\n{}\n{}\n{}", table("At the top", config_schema().infos()),
      table("In a history", history_schema().infos()), table("In an app", app_schema().infos()),
      table("In a rollout", rollout_schema().infos()),
      table("In a health check", health_check_schema().infos()), table("In a node", node_schema().infos()));
}

}  // namespace slipway::server::config
