// `slipway-agent check`: what the policy of this host allows, and whether it allows an order.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

#include "agent/policy/parse.h"
#include "base/error.h"

namespace slipway::apps {

class Check {
 public:
  // Adds the command to the program's.
  explicit Check(CLI::App& app);
  Check(const Check&) = delete;
  Check& operator=(const Check&) = delete;

  bool wanted() const { return command_->parsed(); }

  // The exit code: 0 allowed, 2 a mistake in a file, 3 refused. `required`: that there is no policy is one.
  int run(const std::filesystem::path& policy, bool required) const;

 private:
  int explain(const agent::policy::Policy& policy) const;
  int test(const agent::policy::Policy& policy) const;

  CLI::App* command_;
  std::filesystem::path order_;
  std::string server_;
  std::string at_;
  bool reference_ = false;
};

}  // namespace slipway::apps
