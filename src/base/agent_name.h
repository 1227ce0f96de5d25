// What an agent that dials its server is called: by the agent, by server.json, and in addresses of the API.
#pragma once

#include <algorithm>
#include <string_view>

namespace slipway::base {

constexpr std::string_view agent_name_form =
    "1 to 100 letters, digits, '.', '-' and '_', beginning with a letter or digit";

// Never to be taken for an address: it has no ':'.
constexpr bool is_agent_name(std::string_view name) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  constexpr std::string_view others = ".-_";
  if (name.empty() || name.size() > 100 || !plain.contains(name.front())) return false;
  return std::ranges::all_of(name, [&](char c) { return plain.contains(c) || others.contains(c); });
}

}  // namespace slipway::base
