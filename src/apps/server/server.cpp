#include "apps/server/server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/json/serialize.hpp>
#include <csignal>

#include "server/fleet/fleet.h"
#include "server/http/server.h"
#include "server/http/views.h"
#include "server/rollout/engine.h"
#include "server/store/database.h"
#include "server/store/journal.h"

namespace slipway::apps {
namespace {

namespace asio = boost::asio;
using namespace slipway::server;

// The parts in the order in which they depend on each other.
class Server {
 public:
  Server(asio::io_context& loop, config::Config config, std::unique_ptr<store::Store> opened,
         base::Logger log)
      : loop_(loop),
        config_(std::move(config)),
        log_(std::move(log)),
        instance_(opened->instance()),
        last_event_(opened->last_event_id()),
        database_(std::move(opened)),
        events_(loop.get_executor(), database_, last_event_),
        journal_(loop.get_executor(), database_, events_, log_, [this](const base::Error&) { fail(); }),
        fleet_(loop.get_executor(), config_, instance_, log_),
        engine_(loop.get_executor(), config_, fleet_, database_, journal_, log_),
        http_(loop.get_executor(), {config_, fleet_, engine_, database_, events_, log_, SLIPWAY_VERSION}),
        signals_(loop, SIGTERM, SIGINT) {}

  base::Result<> listen() {
    return http_.listen(config_.get()->listen_http.host, config_.get()->listen_http.port);
  }

  asio::awaitable<void> start() {
    signals_.async_wait([this](boost::system::error_code error, int) {
      if (error) return;
      log_->info("stopping; what runs on the agents goes on");
      stop_soon();
    });
    journal_.start();
    journal_.ledger().load(co_await database_.run([](store::Store& store) { return store.ledger(); }));
    fleet_.compare_with(journal_.ledger());
    co_await engine_.open();
    fleet_.start(engine_, [this](const std::string& app, const fleet::NodeView& node) {
      journal_.node(boost::json::serialize(http::node_event(app, node)));
    });
    http_.start();
    for (const std::string& address : http_.addresses()) log_->info("page and API on http://{}/", address);
  }

  bool failed() const { return failed_; }

 private:
  asio::awaitable<void> stop() {
    co_await http_.stop();
    co_await fleet_.stop();
    co_await engine_.stop();
    if (!failed_) co_await journal_.stop();
    signals_.cancel();
    loop_.stop();
  }

  void stop_soon() {
    asio::co_spawn(loop_, stop(), [](const std::exception_ptr& bug) {
      if (bug) std::rethrow_exception(bug);
    });
  }

  // A server that cannot store must not say that it did. The agents keep everything until it is back.
  void fail() {
    failed_ = true;
    log_->critical(
        "stopping: make room or repair the data directory, then start again; nothing that agents did is "
        "lost");
    stop_soon();
  }

  asio::io_context& loop_;
  config::Current config_;
  base::Logger log_;
  std::string instance_;
  std::int64_t last_event_;
  store::Database database_;
  store::EventLog events_;
  store::Journal journal_;
  fleet::Fleet fleet_;
  rollout::Engine engine_;
  http::HttpServer http_;
  asio::signal_set signals_;
  bool failed_ = false;
};

}  // namespace

int run_server(config::Config config, base::Logger log) {
  auto opened = store::Store::open(config.data_dir);
  if (!opened) {
    log->error("{}", opened.error().message);
    return 2;
  }
  asio::io_context loop{1};
  Server server(loop, std::move(config), std::move(*opened), log);
  if (auto listening = server.listen(); !listening) {
    log->error("{}", listening.error().message);
    return 2;
  }
  asio::co_spawn(loop, server.start(), [](const std::exception_ptr& bug) {
    if (bug) std::rethrow_exception(bug);
  });
  loop.run();
  return server.failed() ? 1 : 0;
}

}  // namespace slipway::apps
