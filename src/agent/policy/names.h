// The names that agent.json and orders may use. Pure.
#pragma once

#include <algorithm>
#include <cctype>
#include <string_view>

namespace slipway::agent::policy {

// Of an environment variable.
inline bool is_variable_name(std::string_view name) {
  const auto good = [](unsigned char c) { return (std::isalnum(c) != 0 || c == '_') && c < 0x80; };
  return !name.empty() && name.size() <= 200 && std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
         std::ranges::all_of(name, good);
}

// Of a command that agent.json defines.
inline bool is_command_name(std::string_view name) {
  const auto good = [](unsigned char c) {
    return c < 0x80 && (std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.');
  };
  return !name.empty() && name.size() <= 100 && std::ranges::all_of(name, good);
}

}  // namespace slipway::agent::policy
