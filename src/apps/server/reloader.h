// Reads server.json again, on SIGHUP and on request, and puts it in force as a whole or not at all.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <filesystem>
#include <functional>

#include "base/log.h"
#include "server/config/current.h"
#include "server/config/reload.h"
#include "server/store/database.h"

namespace slipway::apps {

class Reloader {
 public:
  using Applied = std::function<void(const std::vector<std::string>& changes)>;

  // `in_force` is what was read from the file at the start; `applied` is called when another one is in force.
  Reloader(std::filesystem::path file, server::config::Loaded in_force, server::config::Current& current,
           server::store::Database& database, base::Logger log, Applied applied);

  boost::asio::awaitable<server::config::Reload> reload();

 private:
  server::config::Reload take(server::config::Loaded wanted);
  void tell(const server::config::Reload& reload) const;

  std::filesystem::path file_;
  server::config::Loaded in_force_;
  server::config::Current& current_;
  server::store::Database& database_;
  base::Logger log_;
  Applied applied_;
};

}  // namespace slipway::apps
