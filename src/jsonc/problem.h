// What is wrong in a file that a person wrote, and where.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace slipway::jsonc {

struct Problem {
  std::size_t line = 1;    // from 1
  std::size_t column = 1;  // from 1, in characters
  std::string text;        // what, and what was expected
  bool warning = false;    // told, but no reason not to start
};

// "server.json:12:7: …" or "server.json:12:7: warning: …", as compilers write it.
std::string describe(const Problem& problem, const std::filesystem::path& file);

}  // namespace slipway::jsonc
