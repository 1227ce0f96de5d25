#include "agent/health_check.h"

#include <algorithm>
#include <chrono>

#include "agent/health_question.h"

namespace slipway::agent {
namespace {

using base::Millis;
using Clock = std::chrono::steady_clock;

class Rounds {
 public:
  Rounds(const wire::HealthCheck& check, HealthIo& io) : check_(check), io_(io) {}

  asio::awaitable<Health> run() {
    do {
      const auto began = Clock::now();
      const Seen seen = co_await round();
      if (stop()) break;
      take(seen);
      if (in_a_row_ >= check_.healthy) co_return healthy();
      if (seen.hopeless) break;
      co_await pause_until(began + Millis{check_.interval_ms});
    } while (left() > Millis{0} && !stop());
    if (stop()) co_return Health{.end = Health::End::stopped};
    co_return unhealthy();
  }

 private:
  bool stop() const { return io_.stop->requested(); }
  Millis left() const { return std::chrono::ceil<Millis>(end_ - Clock::now()); }

  asio::awaitable<void> pause_until(Clock::time_point next) {
    next = std::min(next, end_);
    while (!stop() && Clock::now() < next)
      co_await io_.stop->changed().wait_for(std::chrono::ceil<Millis>(next - Clock::now()));
  }

  asio::awaitable<Seen> round() {
    ++rounds_;
    Seen all;
    if (check_.http) all = co_await ask_http(check_, left(), *io_.stop);
    if (all.good && check_.tcp) all = join(all, co_await ask_tcp(check_, left(), *io_.stop));
    if (all.good && check_.command && !stop()) all = join(all, co_await ask_command(check_, left(), io_));
    co_return all;
  }

  static Seen join(const Seen& before, Seen next) {
    if (next.good && !before.text.empty()) next.text = before.text + "; " + next.text;
    return next;
  }

  void take(const Seen& seen) {
    in_a_row_ = seen.good ? in_a_row_ + 1 : 0;
    // That the time ran out in the middle of a question says less than the answer before.
    if (seen.cut_short && last_) return;
    if (!last_ || last_->text != seen.text) io_.note(seen.text);
    last_ = seen;
    if (!seen.good) last_bad_ = seen;
  }

  Health healthy() const {
    const Millis waited = std::chrono::floor<Millis>(Clock::now() - began_);
    const std::string times = check_.healthy > 1 ? fmt::format(" {} times in a row", check_.healthy) : "";
    io_.note(fmt::format("healthy{} after {}", times, base::format_duration(waited)));
    return {};
  }

  // Something was seen: the first round takes place whatever the time is.
  Health unhealthy() const {
    const std::string limit = base::format_duration(Millis{check_.timeout_ms});
    const std::string attempts = fmt::format("{} {}", rounds_, rounds_ == 1 ? "attempt" : "attempts");
    Health health{.end = Health::End::unhealthy, .exit_code = last_->exit_code};
    if (last_->hopeless)
      health.reason = fmt::format("the health check cannot go on: {}", last_->text);
    else if (last_->good)
      health.reason = fmt::format("not healthy within {} ({}): never {} times in a row{}", limit, attempts,
                                  check_.healthy, last_bad_ ? ", but also: " + last_bad_->text : "");
    else
      health.reason = fmt::format("not healthy within {} ({}): {}", limit, attempts, last_->text);
    return health;
  }

  const wire::HealthCheck& check_;
  HealthIo& io_;
  Clock::time_point began_ = Clock::now();
  Clock::time_point end_ = began_ + Millis{check_.timeout_ms};
  std::uint32_t in_a_row_ = 0;
  std::size_t rounds_ = 0;
  std::optional<Seen> last_;
  std::optional<Seen> last_bad_;
};

}  // namespace

asio::awaitable<Health> wait_until_healthy(wire::HealthCheck check, HealthIo io) {
  co_return co_await Rounds(check, io).run();
}

}  // namespace slipway::agent
