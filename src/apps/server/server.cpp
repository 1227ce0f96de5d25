#include "apps/server/server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json/serialize.hpp>
#include <csignal>

#include "apps/server/reloader.h"
#include "async/event.h"
#include "async/task_group.h"
#include "net/identity_watch.h"
#include "net/tls.h"
#include "server/access/access.h"
#include "server/fleet/agent_keys.h"
#include "server/fleet/fleet.h"
#include "server/http/certificate.h"
#include "server/http/server.h"
#include "server/http/views.h"
#include "server/rollout/engine.h"
#include "server/store/database.h"
#include "server/store/history.h"
#include "server/store/journal.h"
#include "server/store/watcher.h"

namespace slipway::apps {
namespace {

namespace asio = boost::asio;
using namespace slipway::server;

// The parts in the order in which they depend on each other.
class Server {
 public:
  Server(asio::io_context& loop, const std::filesystem::path& file, config::Loaded loaded,
         std::unique_ptr<store::Store> opened, net::Tls tls, base::Logger log)
      : loop_(loop),
        config_(loaded.config),
        log_(std::move(log)),
        instance_(opened->instance()),
        last_event_(opened->last_event_id()),
        database_(std::move(opened)),
        events_(loop.get_executor(), database_, last_event_),
        journal_(loop.get_executor(), database_, events_, log_, [this](const base::Error&) { fail(); }),
        access_(loop.get_executor(), config_, database_, config_.get()->data_dir, log_),
        watcher_(loop.get_executor(), database_, log_),
        tls_(std::move(tls)),
        agent_keys_(config_, database_, log_),
        key_(config_.get()->data_dir / "identity", tls_, log_,
             [this] { fleet_.reconnect("this server's key changes"); }),
        fleet_(loop.get_executor(), config_,
               {instance_, tls_, agent_keys_, [this] { return key_.next_key(); }}, log_),
        engine_(loop.get_executor(), config_, fleet_, database_, journal_, log_),
        history_(
            loop.get_executor(), database_, events_, [this] { return config_.get()->history; }, log_),
        reloader_(file, std::move(loaded), config_, database_, log_,
                  [this](const std::vector<std::string>& changes) { config_changed(changes); }),
        http_(loop.get_executor(), {config_, fleet_, engine_, database_, events_, access_, log_,
                                    SLIPWAY_VERSION, [this] { return reloader_.reload(); }}),
        signals_(loop, SIGTERM, SIGINT),
        hangups_(loop, SIGHUP),
        tasks_(loop.get_executor()) {}

  base::Result<> listen() {
    if (auto listening = fleet_.listen(); !listening) return listening;
    if (config_.get()->tls) {
      certificate_.emplace(*config_.get()->tls);
      auto loaded = certificate_->load();
      if (!loaded) return std::unexpected(loaded.error());
      http_.use_tls(std::move(*loaded));
    }
    return http_.listen(config_.get()->listen_http.host, config_.get()->listen_http.port);
  }

  asio::awaitable<void> start() {
    signals_.async_wait([this](boost::system::error_code error, int) {
      if (error) return;
      log_->info("stopping; what runs on the agents goes on");
      stop_soon();
    });
    if (auto opened = co_await access_.open(); !opened) co_return give_up(opened.error());
    access_.on_change([this] { events_.wake(); });
    watcher_.on_change([this] { return reload_people(); });
    watcher_.on_change([this] { return agent_keys_.load(); });
    journal_.start();
    journal_.ledger().load(co_await database_.run([](store::Store& store) { return store.ledger(); }));
    fleet_.compare_with(journal_.ledger());
    (void)co_await database_.run([](store::Store& store) { return store.forget_all_waiting(); });
    co_await agent_keys_.load();
    co_await engine_.open();
    co_await history_.open();
    fleet_.start(engine_, [this](const std::string& app, const fleet::NodeView& node) {
      journal_.node(boost::json::serialize(http::node_event(app, node)));
    });
    history_.start();
    access_.start();
    watcher_.start();
    tasks_.spawn(reload_on_hangup());
    tasks_.spawn(key_.run());
    http_.start();
    log_->info("this server's key is {}", tls_.fingerprint().text());
    for (const std::string& address : fleet_.addresses()) log_->info("agents may dial {}", address);
    if (certificate_) tasks_.spawn(watch_certificate());
    for (const std::string& address : http_.addresses())
      log_->info("page and API on {}://{}/", certificate_ ? "https" : "http", address);
  }

  bool failed() const { return failed_; }

 private:
  asio::awaitable<void> reload_on_hangup() {
    for (;;) {
      co_await hangups_.async_wait(asio::use_awaitable);
      (void)co_await reloader_.reload();
    }
  }

  asio::awaitable<void> watch_certificate() {
    for (;;) {
      co_await async::sleep_for(std::chrono::seconds{1});
      const auto& files = config_.get()->tls;
      if (files && *files != certificate_->files()) certificate_.emplace(*files);
      const auto loaded = co_await database_.run([this](store::Store&) { return renewed_certificate(); });
      if (!loaded) continue;
      if (*loaded) {
        http_.use_tls(**loaded);
        log_->info("the certificate was loaded again");
      } else {
        log_->error("{}; the certificate that was loaded before stays in use", loaded->error().message);
      }
    }
  }

  // On the database thread, which may wait for a disk; nobody else uses the certificate meanwhile. None: it
  // is as it was.
  std::optional<base::Result<http::TlsContext>> renewed_certificate() {
    if (!certificate_->changed()) return std::nullopt;
    return certificate_->load();
  }

  asio::awaitable<void> reload_people() {
    if (auto reloaded = co_await access_.reload(); !reloaded) log_->error("{}", reloaded.error().message);
  }

  void give_up(const base::Error& error) {
    log_->error("{}", error.message);
    failed_ = true;
    loop_.stop();
  }

  // The fleet before the engine: what the engine asks of agents must be there.
  void config_changed(const std::vector<std::string>& changes) {
    log_->set_level(config_.get()->debug ? spdlog::level::debug : spdlog::level::info);
    fleet_.config_changed();
    engine_.config_changed();
    history_.look_now();
    tasks_.spawn(reload_people());
    journal_.config_changed(changes);
  }

  asio::awaitable<void> stop() {
    co_await http_.stop();
    co_await tasks_.stop();
    co_await watcher_.stop();
    co_await access_.stop();
    co_await history_.stop();
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
  access::Access access_;
  store::Watcher watcher_;
  net::Tls tls_;
  fleet::AgentKeys agent_keys_;
  net::IdentityWatch key_;
  fleet::Fleet fleet_;
  rollout::Engine engine_;
  store::History history_;
  Reloader reloader_;
  http::HttpServer http_;
  std::optional<http::Certificate> certificate_;
  asio::signal_set signals_;
  asio::signal_set hangups_;
  bool failed_ = false;
  async::TaskGroup tasks_;
};

base::Result<net::Tls> open_tls(const std::filesystem::path& data) {
  const auto identity = net::open_identity_of_now(data / "identity");
  if (!identity) return std::unexpected(identity.error());
  return net::Tls::make(*identity);
}

}  // namespace

int run_server(const std::filesystem::path& file, config::Loaded loaded, base::Logger log) {
  auto opened = store::Store::open(loaded.config.data_dir);
  if (!opened) {
    log->error("{}", opened.error().message);
    return 2;
  }
  auto tls = open_tls(loaded.config.data_dir);
  if (!tls) {
    log->error("{}", tls.error().message);
    return 2;
  }
  asio::io_context loop{1};
  Server server(loop, file, std::move(loaded), std::move(*opened), std::move(*tls), log);
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
