// agent.json: what the owner of this host lets servers ask for. Start with load_policy() (file.h) and
// judge_order() (judge.h). docs/agent-policy.md is made from the description of its keys (schemas.cpp).
//
// A rule that the file does not name restricts nothing. What stands in an app's section takes the place of
// what stands at the top, key by key.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/policy/hours.h"

namespace slipway::agent::policy {

namespace fs = std::filesystem;

// Where the commands of hooks and health checks come from.
BOOST_DEFINE_ENUM_CLASS(Hooks, server, named, off)

using Patterns = std::vector<std::string>;
using Commands = std::map<std::string, std::string>;  // by name

struct Environment {
  std::vector<std::string> pass;           // names of variables of the agent that hooks get too
  std::map<std::string, std::string> set;  // what they get beside
};

struct Limits {
  std::uint64_t time_ms = 0;  // of one order at work; 0: none
  std::uint64_t output = 0;   // bytes of one order; 0: none
  std::uint32_t orders = 0;   // at once; 0: any number. At the top only
};

struct Signers {
  std::string allowed_signers;  // a file of ssh keys; empty: none
  std::string keyring;          // a file of OpenPGP keys; empty: none
};

struct Rules {
  std::optional<Patterns> repositories;
  std::optional<Patterns> refs;  // whole names: "refs/heads/main"
  std::optional<std::vector<Hours>> hours;
  std::optional<Hooks> hooks;
  std::optional<Commands> commands;
  std::optional<Patterns> secrets;  // names of variables that a server may set
  std::optional<std::string> run_as;
  std::optional<Environment> environment;
  std::optional<Limits> limits;
  std::optional<Signers> require_signed_commits;
};

struct AppRules : Rules {
  std::string path;  // a pattern
};

struct Policy : Rules {
  fs::path file;  // as it is called in sentences
  std::optional<Patterns> paths;
  std::optional<std::vector<std::string>> servers;
  std::vector<AppRules> apps;

  // All that are allowed; none: any.
  std::optional<Patterns> all_paths() const;
  std::uint32_t orders_at_once() const { return limits ? limits->orders : 0; }
  bool has_run_as() const;
};

}  // namespace slipway::agent::policy
