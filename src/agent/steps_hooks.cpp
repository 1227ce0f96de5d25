// The steps that run commands of the configuration: hooks, and the health check.
#include "agent/health_check.h"
#include "agent/hook_environment.h"
#include "agent/steps.h"
#include "base/text.h"

namespace slipway::agent {
namespace {

using wire::StepName;
using wire::StepState;

std::string quoted(const std::string& command) {
  return base::printable(base::shorten(command, 200));
}

}  // namespace

asio::awaitable<bool> Steps::hook_step(StepName name) {
  const auto& commands = commands_of(name);
  co_return commands.empty() || co_await step(name, hooks(name, commands));
}

const std::vector<std::string>& Steps::commands_of(StepName name) const {
  if (name == StepName::before_rollback && order_.before_rollback) return *order_.before_rollback;
  if (name == StepName::after_rollback && order_.after_rollback) return *order_.after_rollback;
  const bool before = name == StepName::before_deploy || name == StepName::before_rollback;
  return before ? order_.before_deploy : order_.after_deploy;
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
  if (auto no = forbidden()) co_return std::move(*no);
  if (switch_tried_) revision_sure_ = false;
  const auto shell = shell_command(command);
  if (!shell) co_return rejected(shell.error());
  const auto exit = co_await process::run(hook_command(*shell), to_spool(), &stop_);
  if (exit && exit->still_open) {
    spool_.note(
        "a process that this command left running still holds its output; what it writes from now on is not "
        "kept");
  }
  co_return judge_hook(name, command, exit);
}

std::expected<std::string, policy::Refusal> Steps::shell_command(const std::string& written) const {
  if (permit_ == nullptr) return written;
  return policy::command_of(permit_->grant, written);
}

process::Command Steps::hook_command(const std::string& command) const {
  process::Command hook;
  hook.argv = {"/bin/sh", "-c", command};
  hook.directory = working_copy_.hook_directory().value_or(hook_directory());
  hook.timeout = base::Millis{order_.hook_timeout_ms};
  hook.env = {{"SLIPWAY_APP", order_.app},
              {"SLIPWAY_NODE", order_.node},
              {"SLIPWAY_ACTION", boost::describe::enum_to_string(aim_.action, "")},
              {"SLIPWAY_REVISION", aim_.revision},
              {"SLIPWAY_PREVIOUS_REVISION", aim_.previous},
              {"SLIPWAY_PATH", order_.target.path},
              {"SLIPWAY_DEPLOYMENT", order_.deployment},
              {"SLIPWAY_ORDER", order_.id}};
  hook.env.insert(secrets_.begin(), secrets_.end());
  if (permit_ != nullptr) {
    hook.env.insert(permit_->grant.set.begin(), permit_->grant.set.end());
    hook.env_remove = not_passed(our_variables(), permit_->grant);
  }
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

asio::awaitable<Steps::Outcome> Steps::health() {
  const wire::HealthCheck& check = *order_.health_check;
  if (check.command) revision_sure_ = false;
  const auto shell = shell_command(check.command.value_or("true"));
  if (check.command && !shell) co_return rejected(shell.error());
  const Health health =
      co_await wait_until_healthy(check, {.output = to_spool(),
                                          .note = [this](std::string_view line) { spool_.note(line); },
                                          .stop = &stop_,
                                          .command = hook_command(shell.value_or(""))});
  if (health.end == Health::End::stopped) co_return cancelled();
  if (health.end == Health::End::healthy) co_return Outcome{};
  co_return Outcome{.state = StepState::failed, .exit_code = health.exit_code, .reason = health.reason};
}

}  // namespace slipway::agent
