#include "server/store/watcher.h"

#include <boost/system/system_error.hpp>

#include "async/event.h"

namespace slipway::server::store {

asio::awaitable<void> Watcher::look_every_second() {
  for (;;) {
    co_await async::sleep_for(std::chrono::milliseconds{900});
    try {
      co_await look();
    } catch (const boost::system::system_error&) {
      throw;  // cancelled
    } catch (const std::exception& error) {
      log_->error("what others wrote to the database could not be read, it is tried again: {}", error.what());
    }
  }
}

asio::awaitable<void> Watcher::look() {
  if (!co_await database_.run([](Store& store) { return store.changed_by_others(); })) co_return;
  for (const Callback& changed : callbacks_) co_await changed();
}

}  // namespace slipway::server::store
