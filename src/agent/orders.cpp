#include "agent/orders.h"

#include <chrono>
#include <csignal>

#include "agent/ask_as.h"
#include "agent/health_check.h"
#include "agent/policy/names.h"
#include "agent/runner_process.h"
#include "agent/spool_writer.h"
#include "agent/steps.h"
#include "base/file.h"
#include "base/id.h"
#include "base/masker.h"
#include "base/text.h"
#include "process/process_table.h"
#include "vcs/vcs.h"

namespace slipway::agent {
namespace {

// With less than this on the disk, what is collected goes earlier.
constexpr std::uintmax_t wanted_room = std::uintmax_t{8} << 20U;

constexpr std::uint64_t longest_hold = std::chrono::milliseconds(std::chrono::days{30}).count();

// Says nothing of the values.
base::Result<> validate_secrets(const wire::Order& order) {
  constexpr std::size_t most_bytes = std::size_t{64} << 10U;
  std::size_t bytes = 0;
  for (const auto& [name, value] : order.secrets.value_or(std::map<std::string, std::string>{})) {
    bytes += value.size();
    if (!policy::is_variable_name(name) || name.starts_with("SLIPWAY_"))
      return base::fail(base::ErrorCode::invalid, "a secret cannot be called \"{}\"", base::printable(name));
    if (value.contains('\0') || value.size() < base::shortest_secret)
      return base::fail(base::ErrorCode::invalid,
                        "the secret {} holds a NUL character or is shorter than {} bytes", name,
                        base::shortest_secret);
  }
  if (bytes <= most_bytes) return {};
  return base::fail(base::ErrorCode::invalid, "the secrets have {} bytes; at most {} are taken", bytes,
                    most_bytes);
}

base::Result<> validate(const wire::Order& order) {
  using base::ErrorCode;
  const fs::path path = order.target.path;
  if (!base::is_id(order.id)) return base::fail(ErrorCode::invalid, "the order's id is not one");
  if (!path.is_absolute()) {
    return base::fail(ErrorCode::invalid, "the path \"{}\" is not absolute",
                      base::printable(order.target.path));
  }
  if (order.revision.empty() || order.revision.starts_with('-')) {
    return base::fail(ErrorCode::invalid, "\"{}\" is not a revision", base::printable(order.revision));
  }
  if (order.hook_timeout_ms == 0)
    return base::fail(ErrorCode::invalid, "a hook's time limit of 0 is not possible");
  if (order.hold_ms && (*order.hold_ms == 0 || *order.hold_ms > longest_hold))
    return base::fail(ErrorCode::invalid, "an order can be held for 1 ms to 30 days, not for {} ms",
                      *order.hold_ms);
  if (auto good = validate_secrets(order); !good) return good;
  return order.health_check ? validate_health_check(*order.health_check) : base::Result<>{};
}

// Those of an order that has ended, or whose cannot be read, are none.
base::Secrets secrets_of(const OrderDir& order) {
  std::vector<std::string> values;
  for (const auto& [name, value] : order.secrets().value_or(std::map<std::string, std::string>{}))
    values.push_back(value);
  return base::Secrets(values);
}

std::string last_words(const OrderDir& order) {
  const std::string words = order.last_words();
  return words.empty() ? "the runner ended without a result and without a word" : base::printable(words);
}

// How long what is left of a switch may go on, also a large one on a slow disk: a working copy that is half
// switched would look as if a person had edited it, and block every later order.
constexpr std::chrono::seconds switch_patience{30};

// What a runner that died had started: it made a session of its own, so its processes can be told from all
// others.
std::vector<pid_t> leftovers(const OrderDir& order) {
  const pid_t session = order.session();
  const auto processes = process::list_processes();
  // The number of a session is not given away while the session has members: a living process of that number
  // leads another session than ours, which then has none.
  const bool reused = std::ranges::any_of(processes, [&](const process::ProcessInfo& process) {
    return process.id.pid == session && !process.dead;
  });
  std::vector<pid_t> left;
  if (session <= 1 || reused) return left;
  for (const process::ProcessInfo& process : processes) {
    if (process.session == session && !process.dead) left.push_back(process.id.pid);
  }
  return left;
}

// Nobody reads their output any more, and the next order on this path must not meet them.
asio::awaitable<void> stop_leftovers(OrderDir order, base::Millis patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end && !leftovers(order).empty())
    co_await async::sleep_for(base::Millis{50});
  for (const pid_t process : leftovers(order)) ::kill(process, SIGKILL);
}

// The runner that an earlier agent started. The lock tells it from a stranger that was given the same process
// id later.
pid_t adopted_runner(const OrderDir& order) {
  const auto lock = order.try_lock();
  const bool runs = lock && !*lock;
  return runs ? order.runner() : 0;
}

}  // namespace

Orders::Orders(asio::any_io_executor executor, fs::path data, fs::path program, base::Logger log)
    : executor_(executor),
      data_(std::move(data)),
      orders_(data_ / "orders"),
      program_(std::move(program)),
      log_(std::move(log)),
      spool_watch_(executor),
      tasks_(executor) {}

base::Result<> Orders::open() {
  for (const fs::path& directory : {data_, orders_, data_ / "locks", data_ / "patches", data_ / "cache"}) {
    if (auto made = base::make_writable_directory(directory); !made) return made;
  }
  tasks_.spawn(spool_watch_.run());
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(orders_, error)) take_up(entry.path());
  if (error) return base::fail(base::ErrorCode::io, "cannot read {}: {}", orders_.string(), error.message());
  return {};
}

void Orders::make_room() {
  std::error_code error;
  if (fs::space(orders_, error).available >= wanted_room || error) return;
  // Ids begin with the time: the oldest come first.
  std::vector<fs::path> collected;
  for (const auto& entry : fs::directory_iterator(orders_, error)) {
    if (OrderDir(entry.path()).collected()) collected.push_back(entry.path());
  }
  std::ranges::sort(collected);
  for (const fs::path& directory : collected) {
    log_->info("order {}: removed, because the disk is nearly full; its server has all of it",
               directory.filename().string());
    fs::remove_all(directory, error);
    if (fs::space(orders_, error).available >= wanted_room) return;
  }
}

void Orders::take_up(const fs::path& directory) {
  const OrderDir dir(directory);
  if (!base::is_id(dir.id()) || dir.collected()) return;
  auto record = dir.record();
  if (!record) {
    // Power was lost before the order was committed: no server was told that it is accepted.
    log_->warn("order {}: {}; it was never started and is removed", dir.id(), record.error().message);
    std::error_code ignored;
    fs::remove_all(directory, ignored);
    return;
  }
  auto order = std::make_shared<LiveOrder>(dir, std::move(*record), executor_);
  live_[dir.id()] = order;
  if (!dir.started()) return start(order);
  log_->info("order {}: taken up again ({} {} on {})", dir.id(),
             boost::describe::enum_to_string(order->record.order.action, ""), order->record.order.app,
             order->record.order.target.path);
  watch(order);
}

std::size_t Orders::at_work() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(live_, [](const auto& entry) { return !entry.second->finished; }));
}

base::Result<wire::OrderStateMessage> Orders::accept(const std::string& server, const policy::Caller& caller,
                                                     wire::Order order, std::optional<policy::Grant> grant) {
  if (auto valid = validate(order); !valid) return std::unexpected(valid.error());
  const std::string id = order.id;
  OrderRecord record{server, base::to_rfc3339(base::now()), std::move(order), std::move(grant), caller.name};
  make_room();
  auto dir = OrderDir::create(orders_, record);
  if (!dir && dir.error().code == base::ErrorCode::conflict) return state_of(server, id);
  if (!dir) return std::unexpected(dir.error());
  auto live = std::make_shared<LiveOrder>(std::move(*dir), std::move(record), executor_);
  // The file in its directory has them.
  live->record.order.secrets.reset();
  live_[id] = live;
  log_->info("order {}: {} {} to {} on {}", id,
             boost::describe::enum_to_string(live->record.order.action, ""), live->record.order.app,
             base::printable(live->record.order.revision), live->record.order.target.path);
  start(live);
  return wire::OrderStateMessage{.id = id, .state = wire::OrderState::accepted};
}

void Orders::start(const std::shared_ptr<LiveOrder>& order) {
  const auto pid = start_runner(program_, order->dir);
  if (pid)
    order->child = *pid;
  else
    log_->error("order {}: {}", order->dir.id(), pid.error().message);
  watch(order);
}

void Orders::watch(const std::shared_ptr<LiveOrder>& order) {
  tasks_.spawn(follow_runner(order));
}

asio::awaitable<void> Orders::follow_runner(std::shared_ptr<LiveOrder> order) {
  const int watch = spool_watch_.add(order->dir.path(), [order] { order->changed.notify(); });
  co_await wait_until_gone(order->child);
  order->child = 0;
  {
    const base::UniqueFd lock = co_await wait_for_lock(order);
    order->runner_gone = true;
    co_await make_sure_of_result(order);
  }
  order->dir.forget_secrets();
  spool_watch_.remove(watch);
  order->finished = true;
  ended_(order->record.order);
  order->changed.notify();
  if (live_.contains(order->dir.id())) collect_if_done(order);
}

asio::awaitable<base::UniqueFd> Orders::wait_for_lock(std::shared_ptr<LiveOrder> order) {
  for (;;) {
    auto lock = order->dir.try_lock();
    if (lock && *lock) co_return std::move(**lock);
    if (!lock) log_->error("order {}: {}", order->dir.id(), lock.error().message);
    // A runner that an earlier agent started is at work.
    co_await async::sleep_for(base::Millis{100});
  }
}

asio::awaitable<void> Orders::make_sure_of_result(std::shared_ptr<LiveOrder> order) {
  for (;;) {
    const auto end = scan_spool(order->dir.spool());
    if (end && end->result) co_return;
    const auto written = co_await write_interrupted(order);
    if (written) co_return;
    log_->error("order {}: its result cannot be written, trying again: {}", order->dir.id(),
                written.error().message);
    co_await async::sleep_for(std::chrono::seconds{5});
  }
}

asio::awaitable<base::Result<>> Orders::write_interrupted(std::shared_ptr<LiveOrder> order) {
  const bool started = order->dir.started() && order->dir.spool_length() > 0;
  if (started) {
    const auto told = scan_spool(order->dir.spool());
    const bool switching = told && told->open_step == wire::name_of(wire::StepName::switch_);
    co_await stop_leftovers(order->dir, switching ? base::Millis(switch_patience) : base::Millis{0});
  }
  // Marked first: the next runner on this path must know that something may have been left behind.
  if (auto marked = order->dir.mark_interrupted(); !marked) co_return marked;
  auto spool = SpoolWriter::reopen(order->dir);
  if (!spool) co_return std::unexpected(spool.error());
  const base::Secrets secrets = secrets_of(order->dir);
  spool->mask(secrets);
  const auto end = scan_spool(order->dir.spool());
  if (!end) co_return std::unexpected(end.error());
  wire::OrderResult result{.state = started ? wire::ResultState::interrupted : wire::ResultState::failed};
  if (!started) {
    result.reason = "the order could not be started: " + last_words(order->dir);
    log_->error("order {}: {}", order->dir.id(), *result.reason);
  } else {
    const auto status = co_await look_at(order->record);
    result.reason = "the runner died before the order was done (killed, or the host went down)";
    result.revision_after =
        status && !status->revision.empty() ? std::optional(status->revision) : std::nullopt;
    log_->warn("order {}: {}", order->dir.id(), *result.reason);
    if (!status)
      *result.reason +=
          base::to_utf8("; what the working copy is like now cannot be read: " + status.error().message);
  }
  if (!end->open_step.empty()) {
    result.step = end->open_step;
    spool->step_finished({.step = end->open_step, .state = wire::StepState::interrupted});
  }
  result.revision_before = end->revision_before;
  result.time = base::to_rfc3339(base::now());
  co_return spool->result(result);
}

asio::awaitable<base::Result<vcs::Status>> Orders::look_at(const OrderRecord& record) const {
  const std::string user = record.grant ? record.grant->user : "";
  if (user.empty()) co_return co_await vcs::read_status(to_spec(record.order.target));
  Question question{.user = user, .data = data_.string()};
  question.query.kind = wire::QueryKind::status;
  question.query.target = record.order.target;
  co_return co_await read_status_as(program_, std::move(question));
}

std::shared_ptr<LiveOrder> Orders::find_live(const std::string& server, const std::string& id) const {
  const auto found = live_.find(id);
  return found != live_.end() && found->second->record.server == server ? found->second : nullptr;
}

std::shared_ptr<LiveOrder> Orders::find(const std::string& server, const std::string& id) const {
  if (auto live = find_live(server, id)) return live;
  if (!base::is_id(id) || live_.contains(id)) return nullptr;
  const OrderDir dir(orders_ / id);
  auto record = dir.record();
  if (!record || record->server != server) return nullptr;
  auto collected = std::make_shared<LiveOrder>(dir, std::move(*record), executor_);
  collected->finished = true;
  return collected;
}

wire::OrderStateMessage Orders::state_of(const std::string& server, const std::string& id) const {
  const auto order = find(server, id);
  if (!order) return {.id = id, .state = wire::OrderState::unknown};
  return {.id = id, .state = order->state(), .spool_length = order->dir.spool_length()};
}

std::vector<wire::OrderSummary> Orders::unfinished(const std::string& server) const {
  std::vector<wire::OrderSummary> orders;
  for (const auto& [id, order] : live_) {
    if (order->record.server == server) orders.push_back({id, order->state(), order->dir.spool_length()});
  }
  return orders;
}

void Orders::cancel(const std::string& server, const std::string& id, const std::string& reason) {
  const auto order = find_live(server, id);
  // Without a runner the lock is ours: nobody is left to be stopped.
  if (!order || order->finished || order->runner_gone) return;
  if (auto written = order->dir.write_cancel(reason); !written)
    log_->error("order {}: {}", id, written.error().message);
  log_->info("order {}: is to stop: {}", id, base::printable(reason));
  if (const pid_t runner = order->child > 0 ? order->child : adopted_runner(order->dir); runner > 0) {
    ::kill(runner, SIGTERM);
  }
}

void Orders::proceed(const std::string& server, const std::string& id) {
  const auto order = find_live(server, id);
  if (!order || order->finished || order->runner_gone || order->dir.may_proceed()) return;
  if (auto marked = order->dir.mark_proceed(); !marked)
    log_->error("order {}: {}", id, marked.error().message);
}

void Orders::acknowledge(const std::string& server, const std::string& id, std::uint64_t offset) {
  const auto order = find_live(server, id);
  if (!order) return;
  order->acked = std::max(order->acked, std::min(offset, order->dir.spool_length()));
  order->changed.notify();
  collect_if_done(order);
}

void Orders::collect_if_done(const std::shared_ptr<LiveOrder>& order) {
  if (!order->finished || order->acked < order->dir.spool_length()) return;
  if (auto marked = order->dir.mark_collected(); !marked) return log_->error("{}", marked.error().message);
  live_.erase(order->dir.id());
}

asio::awaitable<void> Orders::stop() {
  co_await tasks_.stop();
}

}  // namespace slipway::agent
