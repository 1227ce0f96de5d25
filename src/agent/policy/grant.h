// What the policy allows one order: written down with it, so that its runner obeys what was in force when the
// order was accepted.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "agent/policy/policy.h"
#include "base/error.h"
#include "wire/message.h"

namespace slipway::agent::policy {

struct Grant {
  std::string file;       // the policy's, for sentences
  std::string real_path;  // where the order's path led to
  Patterns paths;         // it must stay in; empty: anywhere
  Patterns refs;          // the revision must be on one of them; empty: on any
  Hooks hooks = Hooks::server;
  Commands commands;
  std::string user;                // that the order runs as; empty: the agent's
  bool clean_environment = false;  // hooks do not inherit all of the agent's
  std::vector<std::string> pass;
  std::map<std::string, std::string> set;
  std::uint64_t time_ms = 0;  // at work; 0: no limit
  std::uint64_t output = 0;   // in bytes; 0: no limit
  std::string allowed_signers;
  std::string keyring;

  bool wants_signature() const { return !allowed_signers.empty() || !keyring.empty(); }
};
BOOST_DESCRIBE_STRUCT(Grant, (),
                      (file, real_path, paths, refs, hooks, commands, user, clean_environment, pass, set,
                       time_ms, output, allowed_signers, keyring))

// Why something is not allowed.
struct Refusal {
  std::string rule;         // the key of agent.json
  std::string text;         // says nothing about what the policy keeps secret
  std::string detail = {};  // for the host's own log alone
  std::string file = {};

  // rejected by policy rule "paths" (agent.json): …
  std::string message() const;
};

// Whether the order's path still leads to where it led when it was accepted, and what lies beside it in the
// layout "releases" leads nowhere else.
std::expected<void, Refusal> check_place(const Grant& grant, const wire::Target& target);

// The shell command that a hook of the order stands for.
std::expected<std::string, Refusal> command_of(const Grant& grant, const std::string& written);

// Of "@restart": "restart"; empty: it is a shell command.
std::string_view named_command(std::string_view written);

}  // namespace slipway::agent::policy
