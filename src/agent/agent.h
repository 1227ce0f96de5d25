// The agent: listens for servers, keeps the orders. Start with Agent::open, then run.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "agent/dialler.h"
#include "agent/guard.h"
#include "agent/housekeeping.h"
#include "agent/known_servers.h"
#include "agent/orders.h"
#include "agent/policy/file.h"
#include "agent/session.h"
#include "async/task_group.h"
#include "base/fingerprint.h"
#include "base/log.h"
#include "net/identity_watch.h"
#include "net/ports.h"
#include "net/tls_door.h"

namespace slipway::agent {

struct AgentOptions {
  std::string host;  // empty: every address, or every loopback address where links are plaintext
  std::uint16_t port = 8081;
  fs::path data;                                // where orders, spools and saved local changes are kept
  fs::path program;                             // this executable, started again as the runner
  Keep keep = {};                               // of what is not needed any more
  std::vector<base::Fingerprint> trusted = {};  // the keys of the servers
  bool plaintext = false;                       // in the place of keys, on loopback addresses
  bool listens = true;                          // else it only dials
  std::optional<DialOptions> dial = {};
  fs::path policy = policy::default_file;
  bool policy_required = false;  // that it is not there is a mistake
};

class Agent {
 public:
  Agent(asio::any_io_executor executor, AgentOptions options, base::Logger log);

  // Takes the data directory and the port; everything that can be wrong with them is an error here.
  base::Result<> open();

  // What is wrong with the policy, one line for each mistake; before open().
  std::vector<std::string> open_policy() { return guard_.open(); }
  void reload_policy() { guard_.reload(); }

  // Accepts servers until stop().
  void start();
  asio::awaitable<void> stop();

  // Of its own key; none where links are plaintext.
  std::optional<base::Fingerprint> fingerprint() const;

  // The addresses listened on, "127.0.0.1:8081".
  std::vector<std::string> addresses() const { return ports_.addresses(); }

 private:
  using Tcp = asio::ip::tcp;

  base::Result<> lock_data();
  base::Result<> read_instance();
  base::Result<> open_door();
  net::Trust trust() const;
  // A server's hello came: it may tell of its next key.
  void met(const base::Fingerprint& server, const wire::Hello& hello);
  void announce();
  asio::awaitable<void> shrink();
  asio::awaitable<void> hold_session(std::unique_ptr<net::Stream> stream, Introduction introduction);
  Introduction introduction(const base::Fingerprint& server);
  base::Result<> listen();
  base::Result<> listen_everywhere();
  base::Result<> listen_on(const asio::ip::address& address);
  asio::awaitable<void> serve(Tcp::socket socket);
  asio::awaitable<void> serve_dialled(net::Secured secured);

  asio::any_io_executor executor_;
  AgentOptions options_;
  base::Logger log_;
  AgentIdentity identity_;
  base::UniqueFd data_lock_;
  Guard guard_;
  StatusReader status_;
  Orders orders_;
  Housekeeping housekeeping_;
  KnownServers servers_;
  std::optional<net::Tls> tls_;            // none: plaintext
  std::optional<net::IdentityWatch> key_;  // the same
  std::set<Session*> sessions_;
  bool shrinking_ = false;
  std::optional<net::TlsDoor> door_;  // none: plaintext
  std::optional<Dialler> dialler_;
  net::Ports ports_;
  async::TaskGroup tasks_;
};

}  // namespace slipway::agent
