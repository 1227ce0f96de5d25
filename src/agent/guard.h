// The policy that is in force, and its one owner: every order and every question of a server passes here
// before anything else happens. Start with open().
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/policy/judge.h"
#include "agent/policy/parse.h"
#include "base/error.h"
#include "base/log.h"

namespace slipway::agent {

namespace fs = std::filesystem;

// One thread: the event loop's.
class Guard {
 public:
  using Clock = std::function<base::Time()>;

  // `required`: that the file is not there is a mistake; else it means that everything is allowed.
  Guard(fs::path file, bool required, base::Logger log, Clock clock = base::now);

  // Puts the file in force. What keeps it from that, one line for each mistake; none: it is, or there is no
  // file.
  std::vector<std::string> open();

  // The same while orders are at work: as a whole or not at all, and told in the log. Orders that were
  // accepted keep what they were granted.
  void reload();

  // Nothing: there is no policy. An error is the sentence for the server.
  base::Result<std::optional<policy::Grant>> order(const policy::Caller& caller, const wire::Order& order,
                                                   std::size_t at_work);
  base::Result<std::optional<policy::Grant>> query(const policy::Caller& caller, const wire::Query& query);

  // The user to whom a path's files belong; empty: the agent's own.
  std::string user_of(const fs::path& path) const;

 private:
  base::Result<policy::Loaded> load() const;
  void use(const policy::Loaded& loaded);
  std::unexpected<base::Error> tell(const policy::Refusal& refusal, const std::string& what, bool again);

  fs::path file_;
  bool required_;
  base::Logger log_;
  Clock clock_;
  std::shared_ptr<const policy::Policy> policy_;
  // A server asks every minute; its host's log need not tell it every minute.
  std::set<std::string> told_;
};

}  // namespace slipway::agent
