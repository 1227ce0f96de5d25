// Which events somebody may read who is limited to some apps.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <vector>

#include "server/access/model.h"
#include "server/store/database.h"
#include "server/store/event.h"

namespace slipway::server::http {

namespace asio = boost::asio;

class Readable {
 public:
  Readable(store::Database& database, access::Apps apps) : database_(database), apps_(std::move(apps)) {}

  // Those of the events; a change of the configuration is told without its sentences, which name other apps.
  asio::awaitable<std::vector<store::EventPtr>> of(std::vector<store::EventPtr> events);

 private:
  asio::awaitable<bool> may_read(const store::Event& event);
  asio::awaitable<std::string> app_of(std::int64_t deployment);

  store::Database& database_;
  access::Apps apps_;
  std::map<std::int64_t, std::string> known_;  // the app of a deployment
};

}  // namespace slipway::server::http
