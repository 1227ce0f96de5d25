// Where agents dial this server: takes their connections, finds out who they are, and hands over those that
// are known. An agent that nobody knows waits, and can do nothing. Start with AgentDoor.
//
// One thread: the event loop's.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <list>
#include <string>
#include <vector>

#include "async/task_group.h"
#include "base/address.h"
#include "net/link.h"
#include "net/ports.h"
#include "net/tls_door.h"
#include "server/fleet/agent_connection.h"

namespace slipway::server::fleet {

struct AgentDoorLimits {
  std::size_t waiting = 64;           // agents to be approved, at once
  std::size_t waiting_from_one = 8;   // from one address
  std::size_t links_from_one = 1024;  // a whole site may stand behind one address
};

// Whoever the agents are handed over to.
class AgentHost {
 public:
  virtual ~AgentHost() = default;
  // Carries the link of an agent that is known to its end; why it ended.
  virtual asio::awaitable<base::Error> carry(std::string name, net::Link& link, wire::Hello hello,
                                             base::Fingerprint key) = 0;
};

class AgentDoor {
 public:
  AgentDoor(asio::any_io_executor executor, Credentials credentials, AgentHost& host, base::Logger log,
            AgentDoorLimits limits = {});

  // Takes the port; an empty host means every address.
  base::Result<> listen(const base::Address& address);
  std::vector<std::string> addresses() const { return ports_.addresses(); }
  void start();
  asio::awaitable<void> stop();

  // A person has decided about the agent, or another key of it is known.
  void decided(const std::string& name);

 private:
  using Tcp = net::Tcp;
  struct Visit {
    std::string from;  // the address without the port
    net::Link* link = nullptr;
    std::string waits_as;  // empty: it does not
  };
  using Visits = std::list<Visit>;

  base::Result<> listen_on(const Tcp::endpoint& endpoint);
  asio::awaitable<void> serve(Tcp::socket socket);
  asio::awaitable<base::Error> talk(Visit& visit, base::Fingerprint key);
  asio::awaitable<base::Result<wire::Hello>> exchange_hello(net::Link& link);
  // The name under which the agent is known; an error is told to it.
  asio::awaitable<base::Result<std::string>> admit(const wire::Hello& hello, base::Fingerprint key);
  asio::awaitable<base::Error> let_wait(Visit& visit, std::string name, base::Fingerprint key);
  base::Result<> has_room(const Visit& visit) const;

  asio::any_io_executor executor_;
  Credentials credentials_;
  AgentHost& host_;
  base::Logger log_;
  AgentDoorLimits limits_;
  net::TlsDoor door_;
  Visits visits_;
  net::Ports ports_;
  async::TaskGroup tasks_;
};

}  // namespace slipway::server::fleet
