// A part of a node's output, read piece by piece on the database thread.
#pragma once

#include <cstdint>
#include <string>

#include "server/http/response.h"
#include "server/store/database.h"

namespace slipway::server::http {

class OutputBody : public Body {
 public:
  OutputBody(store::Database& database, std::string order_id, std::uint64_t offset, std::uint64_t length)
      : database_(database), order_id_(std::move(order_id)), offset_(offset), left_(length) {}

  asio::awaitable<base::Result<std::string>> next() override;

 private:
  store::Database& database_;
  std::string order_id_;
  std::uint64_t offset_;
  std::uint64_t left_;
};

}  // namespace slipway::server::http
