#include "vcs/svn_commands.h"

#include <fmt/format.h>
#include <locale.h>

#include <charconv>

namespace slipway::vcs {
namespace {

// svn takes what follows the last '@' for a revision: a second one says that there is none.
std::string without_peg(const std::string& target) {
  return target + "@";
}

std::string at(const std::string& url, SvnRevision revision) {
  return fmt::format("{}@{}", url, revision);
}

}  // namespace

process::Command svn_command(const SvnSettings& settings, Args argv,
                             const std::map<std::string, std::string>& inherited, const std::string& locale) {
  process::Command command;
  command.argv = std::move(argv);
  command.directory = settings.directory;
  command.timeout = settings.timeout;
  command.env = {{"LC_ALL", locale}};
  command.env_remove = {"LANGUAGE", "SVN_EDITOR", "SVN_MERGE"};
  if (!inherited.contains("SVN_SSH")) command.env["SVN_SSH"] = "ssh -q -oBatchMode=yes";
  return command;
}

std::string utf8_locale() {
  for (const char* const name : {"C.UTF-8", "C.utf8", "en_US.UTF-8", "en_US.utf8"}) {
    const locale_t found = ::newlocale(LC_ALL_MASK, name, nullptr);
    if (found == nullptr) continue;
    ::freelocale(found);
    return name;
  }
  return "C";
}

Args svn_info_args(const std::string& target) {
  return {"svn", "info", "--non-interactive", "--xml", target};
}

Args svn_info_at_args(const std::string& url, const std::string& revision) {
  return {"svn", "info", "--non-interactive", "--xml", "-r", revision, without_peg(url)};
}

Args svn_status_args() {
  return {"svn", "status", "--non-interactive", "--xml", "-q", "--ignore-externals", "."};
}

Args svn_status_of_args(const std::vector<std::string>& paths) {
  Args args{"svn",           "status", "--non-interactive", "--xml", "--no-ignore", "--ignore-externals",
            "--depth=empty", "--"};
  for (const std::string& path : paths) args.push_back(without_peg(path));
  return args;
}

Args svn_changes_args(const std::string& url, SvnRevision from, SvnRevision to) {
  return {"svn",
          "diff",
          "--non-interactive",
          "--xml",
          "--summarize",
          "--old=" + at(url, from),
          "--new=" + at(url, to)};
}

// --force: files that are marked as binary are saved as well.
Args svn_patch_args() {
  return {"svn", "diff", "--non-interactive", "--internal-diff", "--force", "."};
}

Args svn_revert_args() {
  return {"svn", "revert", "--non-interactive", "-q", "-R", "."};
}

Args svn_cleanup_args() {
  return {"svn", "cleanup", "--non-interactive", "."};
}

Args svn_update_args(SvnRevision revision) {
  return {"svn", "update", "--non-interactive", "--accept", "postpone", "-r", std::to_string(revision), "."};
}

Args svn_checkout_args(const std::string& url, SvnRevision revision) {
  return {"svn", "checkout", "--non-interactive", "-r", std::to_string(revision), at(url, revision), "."};
}

Args svn_log_args(const std::string& url, const std::string& from, std::size_t count) {
  return {"svn", "log",       "--non-interactive", "--xml", "--limit", std::to_string(count),
          "-r",  from + ":1", without_peg(url)};
}

Args svn_version_args() {
  return {"svnversion", "-n", "."};
}

std::optional<SvnRevision> parse_revision(std::string_view text) {
  if (text.starts_with('r')) text.remove_prefix(1);
  if (text.empty() || text.size() > 18 || text.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  SvnRevision revision = 0;
  std::from_chars(text.data(), text.data() + text.size(), revision);
  return revision;
}

}  // namespace slipway::vcs
