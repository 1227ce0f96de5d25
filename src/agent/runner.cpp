#include "agent/runner.h"

#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <functional>

#include "agent/housekeeping.h"
#include "agent/order_dir.h"
#include "agent/policy/file.h"
#include "agent/run_as.h"
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
      report(not_begun(lock.error()));
    } else {
      co_await with_lock(std::move(*lock));
    }
    signals_.cancel();
  }

  asio::awaitable<void> with_lock(PathLock lock) {
    auto secrets = order_.secrets();
    auto permit = secrets ? prepare() : std::unexpected(secrets.error());
    if (secrets) keep_secret(std::move(*secrets));
    if (!permit) {
      report(not_begun(permit.error()));
      co_return;
    }
    co_await carry_out(std::move(lock), permit->has_value() ? &**permit : nullptr);
  }

  void keep_secret(SecretValues secrets) {
    // git and svn print the URLs that they were given, and so may hooks.
    std::vector<std::string> values = base::secrets_of_url(record_.order.target.url);
    for (const auto& [name, value] : secrets) values.push_back(value);
    masked_ = base::Secrets(values);
    spool_.mask(masked_);
    secrets_ = std::move(secrets);
  }

  wire::OrderResult not_begun(const base::Error& why) const {
    return {.state = wire::ResultState::failed,
            .step = "check",
            .reason = why.message,
            .time = base::to_rfc3339(base::now())};
  }

  // Reads what only the agent's own user can read, and becomes the user as whom the order runs.
  base::Result<std::optional<Permit>> prepare() {
    if (!record_.grant) return std::nullopt;
    Permit permit{*record_.grant, {}};
    for (auto [file, content] : {std::pair{&permit.grant.allowed_signers, &permit.signers.allowed_signers},
                                 std::pair{&permit.grant.keyring, &permit.signers.keyring}}) {
      if (file->empty()) continue;
      if (auto guarded = policy::check_guarded(*file); !guarded) return std::unexpected(guarded.error());
      auto text = base::read_file(*file);
      if (!text) return std::unexpected(text.error());
      *content = std::move(*text);
    }
    if (permit.grant.user.empty()) return permit;
    if (auto changed = change_user(permit.grant); !changed) return std::unexpected(changed.error());
    return permit;
  }

  base::Result<> change_user(const policy::Grant& grant) {
    const auto user = policy::find_user(grant.user);
    if (!user)
      return base::fail(base::ErrorCode::not_found, "there is no user {} on this host any more", grant.user);
    auto own = user_directory(home_, *user);
    if (!own) return std::unexpected(own.error());
    home_ = std::move(*own);
    if (auto changed = become_for_now(*user, grant.real_path); !changed) return changed;
    if (::access(home_.c_str(), R_OK | W_OK | X_OK) == 0) return {};
    return base::fail_errno(
        errno,
        "the user {} cannot reach {}, where his caches are kept; every folder above it must be "
        "passable for him (chmod o+x)",
        grant.user, home_.string());
  }

  asio::awaitable<void> carry_out(PathLock lock, const Permit* permit) {
    const auto working_copy =
        vcs::make_working_copy(to_spec(record_.order.target), options(lock.leftovers_since));
    Steps steps(
        record_.order, spool_, *working_copy, stop_, [this] { return cancel_reason(); },
        [this](base::Millis limit) { return wait_for_word(limit); }, permit, std::move(secrets_));
    async::TaskGroup watchers(loop_.get_executor());
    if (permit != nullptr && permit->grant.time_ms > 0)
      watchers.spawn(stop_after(base::Millis{permit->grant.time_ms}));
    wire::OrderResult result = co_await steps.run();
    co_await watchers.stop();
    // Who stopped it was not a person.
    if (over_time_ && result.state == wire::ResultState::cancelled) result.state = wire::ResultState::failed;
    // The next order may come as soon as the result is known: the path must be free by then.
    if (result.state == wire::ResultState::succeeded) forget_leftovers(lock.held.get());
    lock.held.reset();
    report(result);
    if (result.state != wire::ResultState::rejected) co_await working_copy->tidy();
    const bool another_user = permit != nullptr && !permit->grant.user.empty();
    if (another_user) co_await remove_unused_caches(home_ / "cache", Keep{}.caches, log_);
  }

  // The time in which the order waits for others is not its own.
  asio::awaitable<void> stop_after(base::Millis limit) {
    constexpr base::Millis look_again{100};
    auto last = std::chrono::steady_clock::now();
    for (base::Millis worked{0}; worked < limit;) {
      co_await async::sleep_for(std::min(look_again, limit));
      const auto now = std::chrono::steady_clock::now();
      if (!waiting_) worked += std::chrono::ceil<base::Millis>(now - last);
      last = now;
    }
    over_time_ = base::format_duration(limit);
    stop_.request();
  }

  asio::awaitable<Word> wait_for_word(base::Millis limit) {
    waiting_ = true;
    const Word word = co_await next_word(limit);
    waiting_ = false;
    co_return word;
  }

  asio::awaitable<Word> next_word(base::Millis limit) {
    // A watch tells at once; where the system has none left, looking again does.
    constexpr base::Millis look_again = std::chrono::seconds{1};
    SpoolWatch watch(loop_.get_executor());
    {
      const AsRoot root;
      watch.add(order_.path(), [this] { word_.notify(); });
    }
    async::TaskGroup tasks(loop_.get_executor());
    tasks.spawn(watch.run());
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!may_proceed() && !stop_.requested() && std::chrono::steady_clock::now() < end) {
      const auto left = std::chrono::ceil<base::Millis>(end - std::chrono::steady_clock::now());
      co_await word_.wait_for(std::min(left, look_again));
    }
    co_await tasks.stop();
    if (stop_.requested()) co_return Word::stop;
    co_return may_proceed() ? Word::proceed : Word::none;
  }

  void report(const wire::OrderResult& result) {
    const AsRoot root;
    order_.forget_secrets();
    if (auto written = spool_.result(result); !written)
      log_->error("the result is lost: {}", written.error().message);
  }

  void forget_leftovers(int lock_file) const {
    (void)::ftruncate(lock_file, static_cast<off_t>(order_.id().size()));
  }

  vcs::WorkingCopyOptions options(std::optional<base::Time> leftovers) const {
    return {.patch_directory = home_ / "patches",
            .order_id = order_.id(),
            .own_lock_since = leftovers,
            .target = record_.order.revision,
            .cache_directory = home_ / "cache"};
  }

  bool may_proceed() const {
    const AsRoot root;
    return order_.may_proceed();
  }

  std::string cancel_reason() const {
    if (over_time_)
      return fmt::format(
          "the order was at work longer than {}, which is all that the policy of this host allows "
          "(rule \"limits\")",
          *over_time_);
    const AsRoot root;
    return order_.cancel_reason().value_or("the runner was asked to stop (SIGTERM)");
  }

  OrderDir order_;
  OrderRecord record_;
  SecretValues secrets_;
  base::Secrets masked_;
  SpoolWriter spool_;
  base::Logger log_;
  fs::path home_ = order_.path().parent_path().parent_path();  // of caches and saved changes
  std::optional<std::string> over_time_;                       // the limit that was reached
  bool waiting_ = false;
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
