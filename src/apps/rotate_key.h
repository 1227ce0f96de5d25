// rotate-key, the same for both programs: makes the next key, or has it take over.
#pragma once

#include <CLI/App.hpp>
#include <filesystem>
#include <string>

#include "base/error.h"

namespace slipway::apps {

struct RotateArguments {
  std::string overlap = "7d";
  bool now = false;
};

CLI::App* add_rotate_command(CLI::App& app, RotateArguments& arguments);

// `directory`: of the identity. Prints what happens and when.
base::Result<> rotate_key(const std::filesystem::path& directory, const RotateArguments& arguments);

}  // namespace slipway::apps
