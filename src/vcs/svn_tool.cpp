#include "vcs/svn_tool.h"

#include "base/text.h"

namespace slipway::vcs {
namespace {

process::Command build(const SvnSettings& settings, Args argv) {
  return svn_command(settings, std::move(argv), inherited_environment(), utf8_locale());
}

}  // namespace

asio::awaitable<base::Result<Outcome>> Svn::ask(Args argv) const {
  ToolIo io;
  io.stop = stop;
  co_return co_await run_tool(build(settings, std::move(argv)), std::move(io));
}

asio::awaitable<base::Result<Outcome>> Svn::ask_into(
    Args argv, std::function<base::Result<>(std::string_view)> take) const {
  ToolIo io;
  io.take_out = std::move(take);
  io.stop = stop;
  co_return co_await run_tool(build(settings, std::move(argv)), std::move(io));
}

asio::awaitable<base::Result<Outcome>> Svn::show(Args argv) const {
  ToolIo io;
  io.shown = shown;
  io.stop = stop;
  co_return co_await run_tool(build(settings, std::move(argv)), std::move(io));
}

asio::awaitable<base::Result<std::string>> Svn::must(Args argv) const {
  auto outcome = co_await ask(argv);
  if (!outcome) co_return std::unexpected(outcome.error());
  if (!outcome->ok()) co_return std::unexpected(error(argv, *outcome));
  co_return std::move(outcome->out);
}

base::Error Svn::error(const Args& argv, const Outcome& outcome) const {
  return explain(Scene{command_name(argv), url, base::printable(settings.directory.string())}, outcome.err);
}

asio::awaitable<base::Result<SvnInfo>> Svn::info() const {
  auto xml = co_await must(svn_info_args());
  if (!xml) co_return std::unexpected(xml.error());
  co_return parse_svn_info(*xml);
}

asio::awaitable<base::Result<std::vector<SvnEntry>>> Svn::status() const {
  auto xml = co_await must(svn_status_args());
  if (!xml) co_return std::unexpected(xml.error());
  co_return parse_svn_status(*xml);
}

}  // namespace slipway::vcs
