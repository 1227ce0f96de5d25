#include "vcs/git_config.h"

#include <algorithm>
#include <array>

#include "base/file.h"
#include "base/text.h"
#include "vcs/git_parse.h"
#include "vcs/place.h"
#include "vcs/url.h"

namespace slipway::vcs {
namespace {

using Environment = std::map<std::string, std::string>;

constexpr std::size_t largest_plain_file = std::size_t{64} << 10U;

std::string lower(std::string_view text) {
  std::string result{text};
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::tolower(c); });
  return result;
}

std::string value_or_empty(const Environment& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

// The files that git reads beside the repository's own (git-config(1), "Files").
std::vector<fs::path> personal_files(const Environment& environment) {
  const fs::path home = value_or_empty(environment, "HOME");
  const std::string xdg = value_or_empty(environment, "XDG_CONFIG_HOME");
  const std::string system = value_or_empty(environment, "GIT_CONFIG_SYSTEM");
  std::vector<fs::path> files{system.empty() ? "/etc/gitconfig" : system};
  if (const std::string own = value_or_empty(environment, "GIT_CONFIG_GLOBAL"); !own.empty()) {
    files.emplace_back(own);
    return files;
  }
  files.push_back(home / ".gitconfig");
  files.push_back((xdg.empty() ? home / ".config" : fs::path(xdg)) / "git/config");
  return files;
}

bool is_plain(const fs::path& file) {
  if (!is_there(file)) return true;
  const auto text = base::read_file(file, largest_plain_file);
  return text && is_without_surprise(*text);
}

bool set_by_environment(const Environment& environment) {
  return environment.contains("GIT_CONFIG_COUNT") || environment.contains("GIT_CONFIG_PARAMETERS");
}

std::optional<std::string> origin_without_git(const GitLayout& layout) {
  const Environment environment = inherited_environment();
  if (set_by_environment(environment)) return std::nullopt;
  const auto text = base::read_file(layout.common_dir / "config", largest_plain_file);
  if (!text) return std::nullopt;
  auto origin = plain_origin(*text);
  const bool enough =
      origin && !uses_ssh(*origin) && std::ranges::all_of(personal_files(environment), is_plain);
  return enough ? origin : std::nullopt;
}

enum class Header { other, origin, odd };

Header header_of(std::string_view line) {
  // A value behind the header.
  if (line.find(']') != line.size() - 1) return Header::odd;
  constexpr std::string_view remote = "[remote";
  if (lower(line.substr(0, remote.size())) != remote) return Header::other;
  const std::string_view name = line.substr(remote.size());
  // Not the old form [remote.origin], no wider space, no escapes.
  if (!name.starts_with(" \"") || name.contains('\\')) return Header::odd;
  return name == " \"origin\"]" ? Header::origin : Header::other;
}

}  // namespace

bool is_without_surprise(std::string_view file) {
  constexpr auto surprises =
      std::to_array<std::string_view>({"include", "insteadof", "sshcommand", "worktree"});
  const std::string text = lower(file);
  return std::ranges::none_of(surprises, [&](std::string_view word) { return text.contains(word); });
}

std::optional<std::string> plain_origin(std::string_view file) {
  if (!is_without_surprise(file)) return std::nullopt;
  std::optional<std::string> origin;
  bool in_origin = false;
  for (const std::string& raw : split_at(file, '\n')) {
    const std::string_view line = base::trim(raw);
    if (line.empty() || line.starts_with('#') || line.starts_with(';')) continue;
    if (line.starts_with('[')) {
      const Header header = header_of(line);
      if (header == Header::odd) return std::nullopt;
      in_origin = header == Header::origin;
      continue;
    }
    if (line.ends_with('\\')) return std::nullopt;
    const std::size_t equals = line.find('=');
    if (!in_origin || lower(base::trim(line.substr(0, equals))) != "url") continue;
    if (equals == std::string_view::npos) return std::nullopt;
    const std::string_view value = base::trim(line.substr(equals + 1));
    if (value.empty() || value.find_first_of("\"\\#;") != std::string_view::npos) return std::nullopt;
    origin = value;
  }
  return origin;
}

asio::awaitable<base::Result<GitConfig>> ask_git_config(Git git) {
  auto answer = co_await git.ask(git_config_args());
  if (!answer) co_return std::unexpected(answer.error());
  auto values = parse_git_config(answer->out);
  co_return GitConfig{values["remote.origin.url"], values.contains("core.sshcommand")};
}

asio::awaitable<base::Result<GitConfig>> read_git_config(Git git, GitLayout layout) {
  if (auto origin = origin_without_git(layout)) co_return GitConfig{std::move(*origin), false};
  co_return co_await ask_git_config(std::move(git));
}

}  // namespace slipway::vcs
