// What the handlers work with.
#pragma once

#include <functional>
#include <string>

#include "base/log.h"
#include "server/access/access.h"
#include "server/config/current.h"
#include "server/config/reload.h"
#include "server/fleet/fleet.h"
#include "server/rollout/engine.h"
#include "server/store/database.h"
#include "server/store/event_log.h"

namespace slipway::server::http {

namespace asio = boost::asio;

struct HttpContext {
  const config::Current& config;
  fleet::Fleet& fleet;
  rollout::Engine& engine;
  store::Database& database;
  store::EventLog& events;
  access::Access& access;
  base::Logger log;
  std::string version;
  std::function<asio::awaitable<config::Reload>()> reload = {};  // reads server.json again
};

}  // namespace slipway::server::http
