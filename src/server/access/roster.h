// The people as the event loop sees them: a copy of the tables in memory, so that no request waits for the
// database to know who asks.
//
// One thread: the event loop's.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>

#include "base/error.h"
#include "server/access/model.h"
#include "server/store/database.h"

namespace slipway::server::access {

namespace asio = boost::asio;

class Roster {
 public:
  explicit Roster(store::Database& database) : database_(database) {}

  // Called whenever somebody may have lost or won a right.
  void on_change(std::function<void()> changed) { changed_ = std::move(changed); }

  asio::awaitable<void> load();

  const People& people() const { return people_; }

  // Runs a function (soci::session&) -> base::Result<T> as one transaction, which is taken back if it fails.
  // When it returns the copy in memory has the change.
  template <class Function>
  auto change(Function function) -> asio::awaitable<std::invoke_result_t<Function, soci::session&>> {
    const auto result = std::make_shared<std::optional<std::invoke_result_t<Function, soci::session&>>>();
    co_await transact([function = std::move(function), result](soci::session& sql) {
      result->emplace(function(sql));
      return (*result)->has_value();
    });
    co_return std::move(**result);
  }

  // A use of a token is noted, now and then.
  void used(const std::string& hash, base::Time now);
  std::vector<std::pair<std::int64_t, base::Time>> take_uses();

 private:
  asio::awaitable<void> transact(std::function<bool(soci::session&)> function);
  void replace(People people);

  store::Database& database_;
  std::function<void()> changed_;
  People people_;
  std::map<std::int64_t, base::Time> uses_;  // not yet in the database
};

}  // namespace slipway::server::access
