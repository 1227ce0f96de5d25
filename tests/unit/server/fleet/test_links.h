// The server's side of links as a test needs it: a key of its own, and a memory for those of agents.
#pragma once

#include "net/identity.h"
#include "net/tls.h"
#include "server/fleet/agent_connection.h"

namespace slipway::server::test {

struct TestLinks {
  TestLinks(const config::Current& config, store::Database& database)
      : keys(config, database, base::make_null_logger()) {}

  fleet::Credentials credentials(std::string instance) { return {std::move(instance), tls, keys}; }

  net::Tls tls = net::Tls::make(net::make_identity().value()).value();
  fleet::AgentKeys keys;
};

}  // namespace slipway::server::test
