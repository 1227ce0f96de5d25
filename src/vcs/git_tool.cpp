#include "vcs/git_tool.h"

#include "base/text.h"

namespace slipway::vcs {

asio::awaitable<base::Result<Outcome>> Git::ask(Args args) const {
  ToolIo io;
  io.stop = stop;
  co_return co_await run_tool(git_command(settings, std::move(args), inherited_environment()), std::move(io));
}

asio::awaitable<base::Result<Outcome>> Git::ask_into(
    Args args, std::function<base::Result<>(std::string_view)> take) const {
  ToolIo io;
  io.take_out = std::move(take);
  io.stop = stop;
  co_return co_await run_tool(git_command(settings, std::move(args), inherited_environment()), std::move(io));
}

asio::awaitable<base::Result<Outcome>> Git::show(Args args) const {
  ToolIo io;
  io.shown = shown;
  io.stop = stop;
  co_return co_await run_tool(git_command(settings, std::move(args), inherited_environment()), std::move(io));
}

asio::awaitable<base::Result<Outcome>> Git::show_submodules(Args args) const {
  ToolIo io;
  io.shown = shown;
  io.stop = stop;
  co_return co_await run_tool(git_submodule_command(settings, std::move(args), inherited_environment()),
                              std::move(io));
}

asio::awaitable<base::Result<std::string>> Git::must(Args args) const {
  auto outcome = co_await ask(args);
  if (!outcome) co_return std::unexpected(outcome.error());
  if (!outcome->ok()) co_return std::unexpected(error(args, *outcome));
  co_return std::move(outcome->out);
}

base::Error Git::error(const Args& args, const Outcome& outcome) const {
  Args argv{"git"};
  argv.insert(argv.end(), args.begin(), args.end());
  const Scene scene{command_name(argv), url, base::printable(settings.directory.string())};
  const Failure failure = classify(outcome.err);
  base::Error told = explain(failure, scene, outcome.err);
  if (failure == Failure::ownership) {
    told.message = fmt::format(
        "git refuses {}: {}. Run the agent as the owner, or trust the directory as the user that "
        "runs slipway: git config --global --add safe.directory '{}'",
        scene.path, ownership_words(settings.directory), scene.path);
  }
  return told;
}

}  // namespace slipway::vcs
