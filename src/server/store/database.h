// The database thread: a Store is used on it and nowhere else, so that nothing blocks the event loop.
//
//   auto page = co_await database.run([=](Store& store) { return store.list(app, limit, before); });
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <utility>

#include "server/store/store.h"

namespace slipway::server::store {

namespace asio = boost::asio;

class Database {
 public:
  explicit Database(std::unique_ptr<Store> store) : store_(std::move(store)) {}
  ~Database() {
    pool_.stop();
    pool_.join();
  }

  // Runs the function on the database thread and returns its result on the caller's. The calls are carried
  // out in the order in which they were made.
  template <class Function>
  auto run(Function function) -> asio::awaitable<std::invoke_result_t<Function, Store&>> {
    return asio::co_spawn(pool_, call(std::move(function), store_.get()), asio::use_awaitable);
  }

 private:
  template <class Function>
  static asio::awaitable<std::invoke_result_t<Function, Store&>> call(Function function, Store* store) {
    co_return function(*store);
  }

  std::unique_ptr<Store> store_;
  asio::thread_pool pool_{1};
};

}  // namespace slipway::server::store
