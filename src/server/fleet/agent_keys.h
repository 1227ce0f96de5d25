// Whom the server takes for which agent: by the keys that server.json pins, by those that the database
// remembers, and by a person's word. Start with AgentKeys.
//
// One thread: the event loop's.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/describe/enum.hpp>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/fingerprint.h"
#include "base/log.h"
#include "server/config/current.h"
#include "server/store/agent_key.h"
#include "server/store/database.h"

namespace slipway::server::fleet {

namespace asio = boost::asio;

// pinned: by server.json. confirmed: by a person. unconfirmed: what came first. changed: another key was
// shown since, and is refused. pending: no key is known yet.
BOOST_DEFINE_ENUM_CLASS(TrustState, pinned, confirmed, unconfirmed, changed, plaintext, pending)

class AgentKeys {
 public:
  using Changed = std::function<void(const std::string& agent)>;

  AgentKeys(const config::Current& config, store::Database& database, base::Logger log);

  // Reads what the database remembers; before anything else is asked, and when another program has written.
  asio::awaitable<void> load();
  // Another configuration is in force.
  void config_changed();
  // Called with the agent that another key is known or offered of.
  void on_change(Changed changed) { changed_ = std::move(changed); }

  // --- for the links
  bool plaintext(const std::string& agent) const;
  // Whether this is the agent's key, as far as is known. The error is for people: both keys, and what to do.
  base::Result<> check(const std::string& agent, const base::Fingerprint& key) const;
  // An agent with the right key was met: at first contact its key is remembered. An error: it could not be.
  asio::awaitable<base::Result<>> met(std::string agent, base::Fingerprint key);
  // Another key than the right one was refused: it is kept, for a person to accept or not.
  asio::awaitable<void> refused(std::string agent, base::Fingerprint key);

  // The agent, which has shown this key, announces the one that will take its place.
  asio::awaitable<void> announced(std::string agent, base::Fingerprint key, std::string next);

  // --- for agents that dial
  // Who has this key, as far as anybody knows.
  std::optional<std::string> name_of(const base::Fingerprint& key) const;
  // Whether an agent that nobody knows may have the name.
  base::Result<> check_name(const std::string& name, const base::Fingerprint& key) const;
  // Lets the agent in by a token; an error says why not.
  asio::awaitable<base::Result<>> join(std::string name, base::Fingerprint key, std::string token);
  // The agent waits for a person's word, until it goes.
  asio::awaitable<base::Result<>> wait(std::string name, base::Fingerprint key);
  asio::awaitable<void> waits_no_more(std::string name);
  bool is_waiting(const std::string& name) const;

  // --- for people
  // All that anything is known of, whether or not a node is there.
  std::vector<std::string> agents() const;
  bool knows(const std::string& agent) const { return remembered(agent) != nullptr; }
  // What a person says of an agent that waits.
  asio::awaitable<base::Result<>> approve(std::string agent, std::string who);
  asio::awaitable<base::Result<>> reject(std::string agent, std::string who);
  TrustState state(const std::string& agent) const;
  // What is known, with the key of the configuration in front of the database's.
  store::AgentKey known(const std::string& agent) const;
  asio::awaitable<base::Result<>> accept(std::string agent, base::Fingerprint key, std::string who);

 private:
  struct Configured {
    std::optional<base::Fingerprint> pin;
    bool plaintext = false;
    bool dials = false;
    std::set<std::string> apps;
  };

  void take(std::vector<store::AgentKey> rows);
  base::Result<> check_token(const std::optional<store::JoinToken>& token, const std::string& name) const;
  const store::AgentKey* remembered(const std::string& agent) const;
  const Configured* configured(const std::string& agent) const;
  std::optional<base::Fingerprint> pin_of(const std::string& agent) const;
  // Pinned, or remembered.
  std::optional<base::Fingerprint> key_of(const std::string& agent) const;
  // Whether the known key has announced this one.
  bool is_next(const std::string& agent, const base::Fingerprint& key) const;

  const config::Current& config_;
  store::Database& database_;
  base::Logger log_;
  Changed changed_ = [](const std::string&) {};
  std::map<std::string, Configured> configured_;
  std::map<std::string, store::AgentKey> remembered_;
};

}  // namespace slipway::server::fleet
