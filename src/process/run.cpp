#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <csignal>
#include <memory>

#include "base/text.h"
#include "process/child.h"
#include "process/ordered_pipes.h"
#include "process/output_buffer.h"
#include "process/process.h"
#include "process/program.h"
#include "process/spawn.h"
#include "process/tree.h"

namespace slipway::process {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// How much is read before other work of the event loop gets its turn.
constexpr std::size_t read_at_once = std::size_t{256} << 10U;
// What a process that outlives the child may still add before the pipes are closed.
constexpr std::size_t read_at_end = std::size_t{1} << 20U;
// When the beginning of a character is passed on without the rest. Long: nobody can read half a character
// anyway.
constexpr milliseconds hold_time{10'000};
// How often a child is looked after where the kernel has no pidfd.
constexpr milliseconds poll_time{20};
// How long KILL may take; longer than this takes only a process that hangs in the kernel, or is not ours.
constexpr std::chrono::seconds kill_time{10};
constexpr milliseconds longest_nap{50};
// "For as long as it takes", without an overflow when it is added to now.
constexpr base::Millis longest_timeout = std::chrono::years{10};

// A command under way. Destroyed before finish(), it kills the tree.
class Running {
 public:
  static base::Result<std::unique_ptr<Running>> start(const Command& command, Sink sink,
                                                      const asio::any_io_executor& executor);
  Running(OrderedPipes pipes, Child child, Tree tree, OutputBuffer buffer);
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  // Passes output on until the child has ended, the sink has refused something, or the coroutine is
  // cancelled.
  asio::awaitable<void> follow();

  // Stops the tree in steps, passing output on meanwhile. False: something lives even after KILL.
  asio::awaitable<bool> stop(base::Millis grace);

  bool ended() const { return child_.ended().has_value(); }
  const base::Result<>& accepted() const { return buffer_.accepted(); }
  std::vector<pid_t> living() { return tree_.living(); }

  Exit finish(EndedBy by);

 private:
  void read();
  asio::awaitable<void> next_output(std::optional<base::Millis> limit);
  asio::awaitable<void> read_for(base::Millis time);
  asio::awaitable<bool> gone_within(base::Millis limit, bool killing);

  OrderedPipes pipes_;
  Child child_;
  Tree tree_;
  OutputBuffer buffer_;
  Clock::time_point last_output_;
  bool finished_ = false;
};

asio::awaitable<bool> is_cancelled() {
  const auto state = co_await asio::this_coro::cancellation_state;
  co_return state.cancelled() != asio::cancellation_type::none;
}

base::Result<std::unique_ptr<Running>> Running::start(const Command& command, Sink sink,
                                                      const asio::any_io_executor& executor) {
  auto pipes = OrderedPipes::create(executor);
  if (!pipes) return std::unexpected(pipes.error());
  Before before;
  auto child = spawn(command, pipes->write_ends());
  if (!child) return std::unexpected(child.error());
  pipes->close_write_ends();
  Tree tree{child->pid(), std::move(before)};
  auto running = std::make_unique<Running>(std::move(*pipes), std::move(*child), std::move(tree),
                                           OutputBuffer{std::move(sink)});
  if (running->child_.pidfd() >= 0) {
    auto watched = running->pipes_.also_wake_for(running->child_.pidfd());
    if (!watched) return std::unexpected(watched.error());
  }
  return running;
}

Running::Running(OrderedPipes pipes, Child child, Tree tree, OutputBuffer buffer)
    : pipes_(std::move(pipes)),
      child_(std::move(child)),
      tree_(std::move(tree)),
      buffer_(std::move(buffer)) {}

Running::~Running() {
  if (!finished_) tree_.kill_and_wait();
}

// Passes on what is there now. Swallows the report of the child's end, so ended() must be asked after it, and
// may make the sink refuse.
void Running::read() {
  const auto now = Clock::now();
  if (pipes_.read_into(buffer_, read_at_once) > 0) last_output_ = now;
  if (now - last_output_ < hold_time) {
    buffer_.flush();
  } else {
    buffer_.flush_all();
  }
}

// Waits for more to read, or the end of the child.
asio::awaitable<void> Running::next_output(std::optional<base::Millis> limit) {
  const auto shorten = [&limit](base::Millis other) { limit = std::min(limit.value_or(other), other); };
  if (buffer_.holds()) shorten(hold_time);
  if (child_.pidfd() < 0) shorten(poll_time);
  co_await pipes_.ready(limit);
}

asio::awaitable<void> Running::follow() {
  // A value instead of an exception: `||` of two that throw would throw something that nobody expects.
  co_await asio::this_coro::throw_if_cancelled(false);
  for (;;) {
    read();
    if (ended() || !accepted() || co_await is_cancelled()) co_return;
    co_await next_output(std::nullopt);
  }
}

// For this time, or until the child ends.
asio::awaitable<void> Running::read_for(base::Millis time) {
  const bool ended_before = ended();
  const auto end = Clock::now() + time;
  for (;;) {
    read();
    const auto left = std::chrono::ceil<base::Millis>(end - Clock::now());
    if (left <= milliseconds::zero() || ended() != ended_before) co_return;
    co_await next_output(left);
  }
}

asio::awaitable<bool> Running::gone_within(base::Millis limit, bool killing) {
  const auto end = Clock::now() + limit;
  milliseconds nap{1};
  for (;;) {
    if (killing) tree_.kill();
    if (ended() && tree_.gone()) co_return true;
    const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
    if (left <= milliseconds::zero()) co_return false;
    co_await read_for(std::min(nap, left));
    nap = std::min(nap * 2, longest_nap);
  }
}

asio::awaitable<bool> Running::stop(base::Millis grace) {
  tree_.terminate();
  if (co_await gone_within(grace, false)) co_return true;
  co_return co_await gone_within(kill_time, true);
}

Exit Running::finish(EndedBy by) {
  finished_ = true;
  pipes_.read_into(buffer_, read_at_end);
  buffer_.flush_all();
  reap_orphans();
  return {.code = child_.ended().value_or(255), .by = by, .still_open = !pipes_.at_end()};
}

// Waits until somebody wants the child to end, and tells why.
asio::awaitable<EndedBy> wish_to_stop(StopRequest* stop, std::optional<base::Millis> timeout,
                                      base::Millis patience) {
  co_await asio::this_coro::throw_if_cancelled(false);
  StopRequest nobody{co_await asio::this_coro::executor};
  StopRequest& request = stop != nullptr ? *stop : nobody;
  const auto end = Clock::now() + std::min(timeout.value_or(longest_timeout), longest_timeout);
  while (!request.requested() && !co_await is_cancelled()) {
    const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
    if (left <= milliseconds::zero()) co_return EndedBy::timeout;
    co_await request.changed().wait_for(left);
  }
  if (patience > milliseconds::zero() && !co_await is_cancelled()) co_await async::sleep_for(patience);
  co_return EndedBy::stop;
}

asio::awaitable<EndedBy> follow_to_the_end(Running& running, StopRequest* stop,
                                           std::optional<base::Millis> timeout, base::Millis patience) {
  using namespace asio::experimental::awaitable_operators;
  const auto first = co_await (running.follow() || wish_to_stop(stop, timeout, patience));
  if (running.ended()) co_return EndedBy::itself;
  if (!running.accepted()) co_return EndedBy::sink;
  co_return first.index() == 1 ? std::get<1>(first) : EndedBy::stop;
}

base::Error cannot_stop(const Command& command, const std::vector<pid_t>& living) {
  return {base::ErrorCode::timeout,
          fmt::format("{}: cannot be stopped, these processes live on after KILL: {}", title_of(command),
                      fmt::join(living, ", "))};
}

}  // namespace

asio::awaitable<base::Result<Exit>> run(Command command, Sink sink, StopRequest* stop) {
  if (stop != nullptr && stop->requested()) co_return Exit{.code = 128 + SIGTERM, .by = EndedBy::stop};
  const auto executor = co_await asio::this_coro::executor;
  auto running = Running::start(command, std::move(sink), executor);
  if (!running) co_return std::unexpected(running.error());
  Running& child = **running;
  const EndedBy by = co_await follow_to_the_end(child, stop, command.timeout, command.patience);
  if (by != EndedBy::itself) {
    // When this coroutine is being cancelled, this throws, and the destructor kills.
    const bool stopped = co_await child.stop(command.grace);
    if (!stopped) co_return std::unexpected(cannot_stop(command, child.living()));
  }
  const Exit exit = child.finish(by);
  if (!child.accepted()) co_return std::unexpected(child.accepted().error());
  co_return exit;
}

}  // namespace slipway::process
