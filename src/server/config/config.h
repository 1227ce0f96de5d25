// server.json: what the person who installs Slipway writes. Start with load_config(). The file may hold //
// and
// /* */ comments; every mistake in it is reported with its line and column, all of them in one run.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "base/error.h"
#include "base/fingerprint.h"
#include "base/time.h"
#include "server/config/auth.h"
#include "server/config/health_check.h"
#include "server/config/history.h"
#include "server/config/rollout.h"
#include "server/config/schema.h"
#include "server/config/secrets.h"

namespace slipway::server::config {

namespace fs = std::filesystem;
using base::Address;
using jsonc::describe;

enum class VcsType { git, svn };
enum class LocalChanges { keep, refuse, discard };

// The layout "releases": every revision in a folder of its own on the node, beside what they share.
struct Releases {
  std::vector<std::string> shared;  // relative paths, as base::relative_path() writes them
  std::uint32_t keep_releases = 5;
  std::uint64_t keep_bytes = 0;  // 0: no budget
  bool keep_failed = false;

  bool operator==(const Releases&) const = default;
};

struct Node {
  std::string alias;
  Address addr;                                  // of the agent; or:
  std::string agent;                             // the name of an agent that dials this server
  std::optional<base::Fingerprint> fingerprint;  // of the agent's key; none: recorded at first contact
  bool plaintext = false;                        // on loopback addresses only
  fs::path path;                                 // absolute, on the node
  std::vector<std::string> before_deploy;        // shell commands, one after the other
  std::vector<std::string> after_deploy;
  std::optional<std::vector<std::string>> before_rollback;  // absent: before_deploy
  std::optional<std::vector<std::string>> after_rollback;   // absent: after_deploy
  std::optional<HealthCheck> health_check;

  // By what the server knows the agent: its address or its name.
  std::string agent_id() const { return agent.empty() ? addr.text() : agent; }
  bool operator==(const Node&) const = default;
};

struct App {
  std::string name;
  VcsType type = VcsType::git;
  std::string url;
  std::string branch;  // empty: not configured
  LocalChanges local_changes = LocalChanges::keep;
  base::Millis timeout = std::chrono::minutes{10};  // of one hook
  Rollout rollout;
  std::optional<Releases> releases;  // none: the layout "in_place"
  SecretSources secrets;             // those at the top too, but for the app's own of the same name
  std::vector<Node> nodes;

  const Node* find_node(std::string_view alias) const;
  bool operator==(const App&) const = default;
};

struct Config {
  Address listen_http{"", 8082};
  std::optional<Address> listen_agents;  // none: no agent can dial
  bool debug = false;
  std::string jwt_secret;  // empty: the server makes one and keeps it in data_dir
  Auth auth;
  std::optional<Tls> tls;  // none: plain HTTP
  fs::path data_dir;       // absolute; a relative one is taken from the folder of the configuration file
  History history;
  SecretSources secrets;
  std::vector<App> apps;

  const App* find_app(std::string_view name) const;
};

struct Loaded {
  Config config;                  // meaningful if ok()
  std::vector<Problem> problems;  // in the order of the file, warnings too
  Located document{};             // what the file says, to be compared with what it says later

  bool ok() const;
};

constexpr std::size_t max_file_bytes = std::size_t{4} << 20U;

// Parses and checks; `file` gives the folder that data_dir is relative to.
Loaded parse_config(std::string_view text, const fs::path& file);

// The same, and looks at the files and variables of secrets too. An unreadable file is an Error; what is
// wrong inside it is in Loaded::problems.
base::Result<Loaded> load_config(const fs::path& file);

// The tables of all keys, as docs/configuration.md shows them, made from the description that is read by.
std::string reference_markdown();

}  // namespace slipway::server::config
