#include "agent/steps.h"

#include <sys/stat.h>

#include "base/text.h"

namespace slipway::agent {
namespace {

using wire::StepName;
using wire::StepState;

vcs::LocalChanges to_vcs(wire::LocalChanges changes) {
  switch (changes) {
    case wire::LocalChanges::keep:
      return vcs::LocalChanges::keep;
    case wire::LocalChanges::refuse:
      return vcs::LocalChanges::refuse;
    case wire::LocalChanges::discard:
      return vcs::LocalChanges::discard;
  }
  return vcs::LocalChanges::keep;
}

std::string quoted(const std::string& command) {
  return base::printable(base::shorten(command, 200));
}

std::optional<std::string> if_not_empty(std::string text) {
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

wire::ResultState to_result(StepState state) {
  return state == StepState::cancelled ? wire::ResultState::cancelled : wire::ResultState::failed;
}

std::optional<vcs::ReleasesSpec> to_vcs(const std::optional<wire::Releases>& releases) {
  if (!releases) return std::nullopt;
  return vcs::ReleasesSpec{.shared = releases->shared,
                           .keep_releases = releases->keep_releases,
                           .keep_bytes = releases->keep_bytes,
                           .keep_failed = releases->keep_failed};
}

}  // namespace

vcs::Spec to_spec(const wire::Target& target) {
  return {.type = target.vcs == wire::VcsType::git ? vcs::Type::git : vcs::Type::svn,
          .url = target.url,
          .branch = target.branch,
          .path = target.path,
          .local_changes = to_vcs(target.local_changes),
          .releases = to_vcs(target.releases)};
}

Steps::Steps(const wire::Order& order, SpoolWriter& spool, vcs::WorkingCopy& working_copy,
             process::StopRequest& stop, std::function<std::string()> cancel_reason, Hold hold)
    : order_(order),
      spool_(spool),
      working_copy_(working_copy),
      stop_(stop),
      cancel_reason_(std::move(cancel_reason)),
      hold_(std::move(hold)),
      io_{.output = to_spool(),
          .note =
              [this](std::string_view line) {
                spool_.note(line);
                return base::Result<>{};
              },
          .stop = &stop} {}

process::Sink Steps::to_spool() {
  return [this](process::Stream stream, std::string_view bytes) {
    return spool_.output(
        stream == process::Stream::out ? wire::OutputStream::stdout_ : wire::OutputStream::stderr_, bytes);
  };
}

asio::awaitable<wire::OrderResult> Steps::run() {
  co_await run_steps();
  // A hook may have moved the working copy, and a failed switch may have got half way: look instead of
  // believing.
  const bool hook_ran_last = result_.state == wire::ResultState::succeeded && !order_.after_deploy.empty();
  if (switch_tried_ && (hook_ran_last || result_.state != wire::ResultState::succeeded))
    co_await find_revision_after();
  co_await conclude();
  result_.time = base::to_rfc3339(base::now());
  co_return result_;
}

// No step runs any more that could have an output: what there is to tell belongs to the reason.
asio::awaitable<void> Steps::conclude() {
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
  if (!co_await step(StepName::check, check())) co_return;
  if (!co_await step(StepName::fetch, fetch())) co_return;
  if (order_.hold_ms && !co_await hold()) co_return;
  if (!order_.before_deploy.empty() &&
      !co_await step(StepName::before_deploy, hooks(StepName::before_deploy, order_.before_deploy))) {
    co_return;
  }
  if (!co_await step(StepName::switch_, switch_revision())) co_return;
  if (!order_.after_deploy.empty() &&
      !co_await step(StepName::after_deploy, hooks(StepName::after_deploy, order_.after_deploy))) {
    co_return;
  }
  result_.state = wire::ResultState::succeeded;
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
  if (!stop_.requested()) outcome = co_await std::move(work);
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
  result_.state = to_result(outcome.state);
  result_.step = wire::name_of(name);
  result_.exit_code = outcome.exit_code;
  result_.reason = base::to_utf8(outcome.reason);
}

asio::awaitable<Steps::Outcome> Steps::check() {
  const auto status = co_await working_copy_.check(io_);
  if (!status) co_return failed(status.error());
  result_.revision_before = if_not_empty(status->revision);
  result_.revision_after = result_.revision_before;
  co_return Outcome{.revision = result_.revision_before};
}

asio::awaitable<Steps::Outcome> Steps::fetch() {
  if (result_.revision_before == order_.revision) spool_.note(fmt::format("already at {}", order_.revision));
  const auto prepared = co_await working_copy_.prepare(order_.revision, io_);
  if (!prepared) co_return failed(prepared.error());
  co_return Outcome{};
}

asio::awaitable<Steps::Outcome> Steps::switch_revision() {
  switch_tried_ = true;
  const auto switched = co_await working_copy_.switch_to(order_.revision, io_);
  if (!switched) co_return failed(switched.error());
  result_.revision_after = order_.revision;
  co_return Outcome{.revision = order_.revision};
}

asio::awaitable<Steps::Outcome> Steps::hooks(StepName name, std::vector<std::string> commands) {
  Outcome outcome;
  for (const std::string& command : commands) {
    if (stop_.requested()) co_return cancelled();
    outcome = co_await hook(name, command);
    if (outcome.state != StepState::succeeded) break;
  }
  co_return outcome;
}

asio::awaitable<Steps::Outcome> Steps::hook(StepName name, std::string command) {
  const auto exit = co_await process::run(hook_command(command), to_spool(), &stop_);
  if (exit && exit->still_open) {
    spool_.note(
        "a process that this command left running still holds its output; what it writes from now on is not "
        "kept");
  }
  co_return judge_hook(name, command, exit);
}

process::Command Steps::hook_command(const std::string& command) const {
  process::Command hook;
  hook.argv = {"/bin/sh", "-c", command};
  hook.directory = working_copy_.hook_directory().value_or(hook_directory());
  hook.timeout = base::Millis{order_.hook_timeout_ms};
  hook.env = {{"SLIPWAY_APP", order_.app},
              {"SLIPWAY_NODE", order_.node},
              {"SLIPWAY_ACTION", std::string(boost::describe::enum_to_string(order_.action, ""))},
              {"SLIPWAY_REVISION", order_.revision},
              {"SLIPWAY_PREVIOUS_REVISION", result_.revision_before.value_or("")},
              {"SLIPWAY_PATH", order_.target.path},
              {"SLIPWAY_DEPLOYMENT", order_.deployment},
              {"SLIPWAY_ORDER", order_.id}};
  if (const auto release = working_copy_.release()) hook.env["SLIPWAY_RELEASE"] = release->string();
  return hook;
}

fs::path Steps::hook_directory() const {
  // Before the first clone there is no such folder yet: the nearest one above it has to do.
  fs::path directory = order_.target.path;
  std::error_code ignored;
  while (!fs::is_directory(directory, ignored) && directory.has_relative_path())
    directory = directory.parent_path();
  return directory;
}

Steps::Outcome Steps::judge_hook(StepName name, const std::string& command,
                                 const base::Result<process::Exit>& exit) {
  if (!exit) return failed(exit.error().context(wire::name_of(name)));
  if (exit->by == process::EndedBy::stop) return cancelled();
  Outcome outcome{.state = StepState::failed, .exit_code = exit->code};
  if (exit->by == process::EndedBy::timeout) {
    outcome.reason = fmt::format(
        "{} ran longer than its limit of {} and was stopped with all its processes: {}", wire::name_of(name),
        base::format_duration(base::Millis{order_.hook_timeout_ms}), quoted(command));
    return outcome;
  }
  if (exit->ok()) return {.exit_code = 0};
  const std::string how = exit->code > 128 ? fmt::format("was ended by signal {}", exit->code - 128)
                                           : fmt::format("failed with exit code {}", exit->code);
  outcome.reason = fmt::format("{} {}: {}", wire::name_of(name), how, quoted(command));
  return outcome;
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
