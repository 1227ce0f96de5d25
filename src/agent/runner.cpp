#include "agent/runner.h"

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <functional>

#include "agent/order_dir.h"
#include "agent/spool_watch.h"
#include "agent/spool_writer.h"
#include "agent/steps.h"
#include "async/task_group.h"
#include "base/file.h"
#include "base/id.h"
#include "process/tree.h"

namespace slipway::agent {
namespace {

// SIGTERM is blocked from before the runner's program starts (the agent sees to it), so that a cancel that
// comes early waits here instead of killing it.
void accept_stop_signal() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigprocmask(SIG_UNBLOCK, &set, nullptr);
}

// At most one order works on a path, whichever server gave it and whatever became of the agent. The lock file
// also remembers since when an order that died may have left lock files of git or svn behind.
struct PathLock {
  base::UniqueFd held;
  std::optional<base::Time> leftovers_since;
};

struct PathHistory {
  std::string last_order;
  std::string leftovers_since;
};

PathHistory read_history(const fs::path& file) {
  const std::string text = base::read_file(file).value_or("");
  const std::size_t end = text.find('\n');
  return {text.substr(0, end), end == std::string::npos ? "" : text.substr(end + 1)};
}

std::optional<base::Time> leftovers_since(const fs::path& orders, const PathHistory& history) {
  if (const auto earlier = base::parse_rfc3339(history.leftovers_since)) return *earlier;
  const OrderDir last(orders / history.last_order);
  if (!base::is_id(history.last_order) || !last.interrupted()) return std::nullopt;
  const auto record = last.record();
  const auto accepted = base::parse_rfc3339(record ? record->accepted_at : "");
  return accepted ? std::optional(*accepted) : std::nullopt;
}

base::Result<PathLock> lock_path(const OrderDir& order, const OrderRecord& record) {
  const fs::path orders = order.path().parent_path();
  const fs::path locks = orders.parent_path() / "locks";
  std::error_code ignored;
  fs::create_directories(locks, ignored);
  const fs::path normal = fs::path(record.order.target.path).lexically_normal();
  const fs::path file = locks / fmt::format("{:016x}", std::hash<std::string>{}(normal.string()));
  const auto since = leftovers_since(orders, read_history(file));
  const std::string content = order.id() + (since ? "\n" + base::to_rfc3339(*since) : "");
  auto lock = try_lock_file(file, content);
  if (!lock) return std::unexpected(lock.error());
  if (*lock) return PathLock{std::move(**lock), since};
  return base::fail(base::ErrorCode::conflict, "another order is at work on {}; try again when it has ended",
                    normal.string());
}

class Run {
 public:
  Run(OrderDir order, OrderRecord record, SpoolWriter spool, base::Logger log)
      : order_(std::move(order)),
        record_(std::move(record)),
        spool_(std::move(spool)),
        log_(std::move(log)) {}

  void execute() {
    listen_for_stop();
    asio::co_spawn(loop_, main(), [](const std::exception_ptr& bug) {
      if (bug) std::rethrow_exception(bug);
    });
    loop_.run();
  }

 private:
  void listen_for_stop() {
    signals_.async_wait([this](boost::system::error_code error, int) {
      if (error) return;
      stop_.request();
      word_.notify();
    });
    accept_stop_signal();
  }

  asio::awaitable<void> main() {
    auto lock = lock_path(order_, record_);
    if (!lock) {
      report({.state = wire::ResultState::failed,
              .step = "check",
              .reason = lock.error().message,
              .time = base::to_rfc3339(base::now())});
    } else {
      co_await with_lock(std::move(*lock));
    }
    signals_.cancel();
  }

  asio::awaitable<void> with_lock(PathLock lock) {
    const auto working_copy =
        vcs::make_working_copy(to_spec(record_.order.target), options(lock.leftovers_since));
    Steps steps(
        record_.order, spool_, *working_copy, stop_, [this] { return cancel_reason(); },
        [this](base::Millis limit) { return wait_for_word(limit); });
    const wire::OrderResult result = co_await steps.run();
    // The next order may come as soon as the result is known: the path must be free by then.
    if (result.state == wire::ResultState::succeeded) forget_leftovers(lock.held.get());
    lock.held.reset();
    report(result);
    co_await working_copy->tidy();
  }

  asio::awaitable<Word> wait_for_word(base::Millis limit) {
    // A watch tells at once; where the system has none left, looking again does.
    constexpr base::Millis look_again = std::chrono::seconds{1};
    SpoolWatch watch(loop_.get_executor());
    watch.add(order_.path(), [this] { word_.notify(); });
    async::TaskGroup tasks(loop_.get_executor());
    tasks.spawn(watch.run());
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!order_.may_proceed() && !stop_.requested() && std::chrono::steady_clock::now() < end) {
      const auto left = std::chrono::ceil<base::Millis>(end - std::chrono::steady_clock::now());
      co_await word_.wait_for(std::min(left, look_again));
    }
    co_await tasks.stop();
    if (stop_.requested()) co_return Word::stop;
    co_return order_.may_proceed() ? Word::proceed : Word::none;
  }

  void report(const wire::OrderResult& result) {
    if (auto written = spool_.result(result); !written)
      log_->error("the result is lost: {}", written.error().message);
  }

  void forget_leftovers(int lock_file) const {
    (void)::ftruncate(lock_file, static_cast<off_t>(order_.id().size()));
  }

  vcs::WorkingCopyOptions options(std::optional<base::Time> leftovers) const {
    const fs::path data = order_.path().parent_path().parent_path();
    return {.patch_directory = data / "patches",
            .order_id = order_.id(),
            .own_lock_since = leftovers,
            .target = record_.order.revision,
            .cache_directory = data / "cache"};
  }

  std::string cancel_reason() const {
    return order_.cancel_reason().value_or("the runner was asked to stop (SIGTERM)");
  }

  OrderDir order_;
  OrderRecord record_;
  SpoolWriter spool_;
  base::Logger log_;
  asio::io_context loop_{1};
  process::StopRequest stop_{loop_.get_executor()};
  async::Event word_{loop_.get_executor()};  // the server may have said something about this order
  asio::signal_set signals_{loop_, SIGTERM};
};

base::Result<int> start(const fs::path& directory, const base::Logger& log) {
  const OrderDir order(directory);
  auto lock = order.lock_as_runner();
  if (!lock) return std::unexpected(lock.error());
  if (!*lock) {
    log->info("another runner is at work on this order");
    return 0;
  }
  auto record = order.record();
  if (!record) return std::unexpected(record.error());
  auto spool = SpoolWriter::create(order);
  if (!spool) return std::unexpected(spool.error());
  Run(order, std::move(*record), std::move(*spool), log).execute();
  return 0;
}

}  // namespace

int run_order(const fs::path& directory, const base::Logger& log) {
  // Without it orphans of a hook would escape when the hook is stopped; everything else works all the same.
  if (auto reaper = process::become_reaper(); !reaper) log->warn("{}", reaper.error().message);
  const auto done = start(directory, log);
  if (done) return *done;
  log->error("{}: {}", directory.string(), done.error().message);
  return 1;
}

}  // namespace slipway::agent
