#include "vcs/tool.h"

#include <unistd.h>

#include <cstdlib>

#include "base/text.h"

namespace slipway::vcs {
namespace {

using base::ErrorCode;

constexpr std::size_t max_out = std::size_t{128} << 20U;
constexpr std::size_t kept_when_shown = std::size_t{64} << 10U;

void append_tail(std::string& kept, std::string_view bytes, std::size_t limit) {
  kept.append(bytes);
  if (kept.size() > 2 * limit) kept.erase(0, kept.size() - limit);
}

base::Result<> show(const ToolIo& io, process::Stream stream, std::string_view bytes) {
  if (!io.shown) return {};
  const bool may_hold_url = bytes.contains("://") && bytes.contains('@');
  return io.shown(stream, may_hold_url ? base::mask_credentials(bytes) : bytes);
}

base::Result<> keep(const ToolIo& io, Outcome& outcome, process::Stream stream, std::string_view bytes) {
  if (stream == process::Stream::err) {
    append_tail(outcome.err, bytes, kept_when_shown);
  } else if (io.take_out) {
    return io.take_out(bytes);
  } else if (io.shown) {
    append_tail(outcome.out, bytes, kept_when_shown);
  } else {
    if (outcome.out.size() + bytes.size() > max_out) {
      return base::fail(ErrorCode::io, "it printed more than {} MiB", max_out >> 20U);
    }
    outcome.out.append(bytes);
  }
  return {};
}

bool is_on_path(const std::string& program) {
  const char* const path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "/usr/local/bin:/usr/bin:/bin" : path;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    const std::string candidate = std::string{rest.substr(0, end)} + "/" + program;
    if (::access(candidate.c_str(), X_OK) == 0) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

base::Error why_not_started(const process::Command& command, const base::Error& error) {
  const std::string& program = command.argv.front();
  if (!is_on_path(program)) {
    return {
        ErrorCode::unavailable,
        fmt::format("{} is not installed on this host, or not in the PATH of slipway: install it", program)};
  }
  return error.context(command_name(command.argv));
}

base::Result<> check_end(const process::Command& command, const process::Exit& exit) {
  const std::string name = command_name(command.argv);
  if (exit.by == process::EndedBy::timeout) {
    return base::fail(ErrorCode::timeout, "{} did not end within {} and was stopped", name,
                      base::format_duration(command.timeout.value_or(base::Millis{0})));
  }
  if (exit.by == process::EndedBy::stop) return base::fail(ErrorCode::cancelled, "{} was stopped", name);
  return {};
}

}  // namespace

asio::awaitable<base::Result<Outcome>> run_tool(process::Command command, ToolIo io) {
  Outcome outcome;
  process::Sink sink = [&io, &outcome](process::Stream stream, std::string_view bytes) -> base::Result<> {
    if (auto shown = show(io, stream, bytes); !shown) return shown;
    return keep(io, outcome, stream, bytes);
  };
  const process::Command copy = command;
  auto ended = co_await process::run(std::move(command), std::move(sink), io.stop);
  if (!ended) co_return std::unexpected(why_not_started(copy, ended.error()));
  if (auto good = check_end(copy, *ended); !good) co_return std::unexpected(good.error());
  outcome.code = ended->code;
  co_return outcome;
}

std::string command_name(const std::vector<std::string>& argv) {
  if (argv.empty()) return {};
  for (std::size_t index = 1; index < argv.size(); ++index) {
    if (argv[index] == "-c")
      ++index;
    else if (!argv[index].starts_with('-'))
      return argv.front() + " " + argv[index];
  }
  return argv.front();
}

std::map<std::string, std::string> inherited_environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

}  // namespace slipway::vcs
