#include "agent/steps.h"

#include "base/text.h"

namespace slipway::agent {
namespace {

using wire::StepName;
using wire::StepState;

std::optional<std::string> if_not_empty(std::string text) {
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

wire::ResultState to_result(StepState state) {
  return state == StepState::cancelled ? wire::ResultState::cancelled : wire::ResultState::failed;
}

}  // namespace

Steps::Steps(const wire::Order& order, SpoolWriter& spool, vcs::WorkingCopy& working_copy,
             process::StopRequest& stop, std::function<std::string()> cancel_reason, Hold hold,
             const Permit* permit, SecretValues secrets)
    : order_(order),
      spool_(spool),
      working_copy_(working_copy),
      stop_(stop),
      cancel_reason_(std::move(cancel_reason)),
      hold_(std::move(hold)),
      permit_(permit),
      secrets_(std::move(secrets)),
      io_{.output = to_spool(),
          .note =
              [this](std::string_view line) {
                spool_.note(line);
                return base::Result<>{};
              },
          .stop = &stop},
      aim_{order.action, order.revision, ""} {}

process::Sink Steps::to_spool() {
  return [this](process::Stream stream, std::string_view bytes) {
    return keep_output(
        stream == process::Stream::out ? wire::OutputStream::stdout_ : wire::OutputStream::stderr_, bytes);
  };
}

asio::awaitable<wire::OrderResult> Steps::run() {
  co_await run_steps();
  // A hook may have moved the working copy, and a failed switch may have got half way: look instead of
  // believing.
  if (!revision_sure_) co_await find_revision_after();
  co_await conclude();
  result_.time = base::to_rfc3339(base::now());
  co_return result_;
}

// No step runs any more that could have an output: what there is to tell belongs to the reason.
asio::awaitable<void> Steps::conclude() {
  // Nothing is tidied up in a place that is not the order's any more.
  if (forbidden()) co_return;
  std::string told;
  vcs::Io silent{.output = [](process::Stream, std::string_view) { return base::Result<>{}; },
                 .note =
                     [&told](std::string_view line) {
                       told.append("; ").append(line);
                       return base::Result<>{};
                     },
                 .stop = &stop_};
  co_await working_copy_.conclude(result_.state == wire::ResultState::succeeded, silent);
  if (result_.reason) result_.reason->append(base::to_utf8(told));
}

asio::awaitable<void> Steps::run_steps() {
  const bool rollback = order_.action == wire::Action::rollback;
  if (!co_await step(StepName::check, check())) co_return;
  if (!co_await step(StepName::fetch, fetch())) co_return;
  if (order_.hold_ms && !co_await hold()) co_return;
  if (!co_await hook_step(rollback ? StepName::before_rollback : StepName::before_deploy)) co_return;
  if (!co_await step(StepName::switch_, switch_revision())) co_return;
  if (!co_await hook_step(rollback ? StepName::after_rollback : StepName::after_deploy)) co_return;
  if (!co_await get_healthy()) co_return;
  result_.state = wire::ResultState::succeeded;
}

asio::awaitable<bool> Steps::get_healthy() {
  if (!order_.health_check) co_return true;
  if (co_await step(StepName::health_check, health())) co_return true;
  if (result_.state == wire::ResultState::failed && working_copy_.can_switch_back()) co_await go_back();
  co_return false;
}

// Asks nobody: the server may be out of reach.
asio::awaitable<void> Steps::go_back() {
  wire::OrderResult unhealthy = result_;
  aim_ = {wire::Action::rollback, result_.revision_before.value_or(""), order_.revision};
  const bool back = co_await hook_step(StepName::before_rollback) &&
                    co_await step(StepName::switch_back, switch_back()) &&
                    co_await hook_step(StepName::after_rollback);
  const std::string why = unhealthy.reason.value_or("not healthy");
  if (!back) {
    const bool stopped = result_.state == wire::ResultState::cancelled;
    result_.reason = fmt::format("{}; going back {}: {}", why, stopped ? "was cancelled" : "failed",
                                 result_.reason.value_or("for no reason that is known"));
    co_return;
  }
  result_.state = wire::ResultState::rolled_back;
  result_.reason = fmt::format("{}; the node went back to {}", why, aim_.revision);
}

// Prepared, but other nodes may not be: nothing is switched anywhere before all are.
asio::awaitable<bool> Steps::hold() {
  const base::Millis limit{*order_.hold_ms};
  const Word word = co_await hold_(limit);
  if (word == Word::proceed) co_return true;
  const bool stop = word == Word::stop;
  result_.state = stop ? wire::ResultState::cancelled : wire::ResultState::failed;
  result_.step = wire::name_of(StepName::fetch);
  result_.reason =
      stop ? base::to_utf8(cancel_reason_())
           : fmt::format("prepared, but the server did not let it go on within {}: nothing was switched",
                         base::format_duration(limit));
  co_return false;
}

asio::awaitable<bool> Steps::step(StepName name, asio::awaitable<Outcome> work) {
  const auto started = std::chrono::steady_clock::now();
  spool_.step_started(name);
  Outcome outcome = cancelled();
  if (!stop_.requested()) {
    auto no = forbidden();
    outcome = no ? std::move(*no) : co_await std::move(work);
  }
  finish(name, outcome, started);
  co_return outcome.state == StepState::succeeded;
}

void Steps::finish(StepName name, const Outcome& outcome, std::chrono::steady_clock::time_point started) {
  using std::chrono::duration_cast, std::chrono::milliseconds;
  const auto duration = duration_cast<milliseconds>(std::chrono::steady_clock::now() - started);
  spool_.step_finished({.step = wire::name_of(name),
                        .state = outcome.state,
                        .exit_code = outcome.exit_code,
                        .duration_ms = static_cast<std::uint64_t>(duration.count()),
                        .revision = outcome.revision});
  if (outcome.state == StepState::succeeded) return;
  result_.state = outcome.rejected ? wire::ResultState::rejected : to_result(outcome.state);
  result_.step = wire::name_of(name);
  result_.exit_code = outcome.exit_code;
  result_.reason = base::to_utf8(outcome.reason);
}

asio::awaitable<Steps::Outcome> Steps::check() {
  const auto status = co_await working_copy_.check(io_);
  if (!status) co_return failed(status.error());
  result_.revision_before = if_not_empty(status->revision);
  result_.revision_after = result_.revision_before;
  aim_.previous = status->revision;
  co_return Outcome{.revision = result_.revision_before};
}

asio::awaitable<Steps::Outcome> Steps::fetch() {
  if (result_.revision_before == order_.revision) spool_.note(fmt::format("already at {}", order_.revision));
  const auto prepared = co_await working_copy_.prepare(order_.revision, io_);
  if (!prepared) co_return failed(prepared.error());
  co_return co_await vouch();
}

asio::awaitable<Steps::Outcome> Steps::switch_revision() {
  switch_tried_ = true;
  revision_sure_ = false;
  const auto switched = co_await working_copy_.switch_to(order_.revision, io_);
  if (!switched) co_return failed(switched.error());
  revision_sure_ = true;
  result_.revision_after = order_.revision;
  co_return Outcome{.revision = order_.revision};
}

asio::awaitable<Steps::Outcome> Steps::switch_back() {
  revision_sure_ = false;
  const auto current = co_await working_copy_.switch_back(io_);
  if (!current) co_return failed(current.error());
  revision_sure_ = true;
  aim_.revision = *current;
  result_.revision_after = *current;
  co_return Outcome{.revision = *current};
}

Steps::Outcome Steps::failed(const base::Error& error) const {
  if (stop_.requested()) return cancelled();
  return {.state = StepState::failed, .reason = base::mask_credentials(error.message)};
}

Steps::Outcome Steps::cancelled() const {
  return {.state = StepState::cancelled, .reason = cancel_reason_()};
}

asio::awaitable<void> Steps::find_revision_after() {
  const auto status = co_await vcs::read_status(to_spec(order_.target));
  result_.revision_after = status ? if_not_empty(status->revision) : std::nullopt;
}

}  // namespace slipway::agent
