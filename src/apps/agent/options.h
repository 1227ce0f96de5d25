// The command line of slipway-agent, and what it means.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "agent/agent.h"
#include "base/error.h"

namespace slipway::apps {

extern const char* const agent_description;
extern const char* const agent_footer;

// As it was typed.
struct AgentArguments {
  AgentArguments();

  std::string listen;  // empty: the default, unless it dials
  std::vector<std::string> trust;
  bool plaintext = false;
  std::string connect;
  std::string token;
  std::string name;
  std::string proxy;
  std::filesystem::path data;
  std::string keep_orders = "7d";
  std::string keep_bytes = "1GiB";
  std::filesystem::path policy;
  const CLI::Option* policy_option = nullptr;
  bool debug = false;

  bool policy_required() const { return policy_option->count() > 0; }
};

void add_agent_options(CLI::App& app, AgentArguments& arguments);

// `program`: argv[0], for where the system does not say which file this process runs.
base::Result<agent::AgentOptions> agent_options(const AgentArguments& arguments, const char* program);

}  // namespace slipway::apps
