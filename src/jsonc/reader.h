// JSON as people write it: with // and /* */ comments and commas after the last element. Start with
// read_json().
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "jsonc/located.h"
#include "jsonc/problem.h"

namespace slipway::jsonc {

constexpr std::size_t max_nesting = 32;

struct JsonDocument {
  std::optional<Located> root;    // absent after a syntax error
  std::vector<Problem> problems;  // a syntax error (the first ends the reading) and duplicate keys
};

// The text is UTF-8, with or without a byte order mark.
JsonDocument read_json(std::string_view text);

}  // namespace slipway::jsonc
