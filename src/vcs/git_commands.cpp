#include "vcs/git_commands.h"

#include <fmt/format.h>

#include <utility>

namespace slipway::vcs {
namespace {

// Variables of a surrounding git (we may run inside a hook) that would lead to another repository or format.
const Args foreign_variables{
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_SHALLOW_FILE",
    "GIT_GRAFT_FILE",
    "GIT_QUARANTINE_PATH",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_CONFIG",
    "GIT_EXTERNAL_DIFF",
    "GIT_DIFF_OPTS",
    "GIT_LITERAL_PATHSPECS",
    "GIT_TRACE",
    "GIT_GLOB_PATHSPECS",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_ICASE_PATHSPECS",
    "LANGUAGE",
    "GIT_REFLOG_ACTION",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_IMPLICIT_WORK_TREE",
};

void append(Args& args, const Args& more) {
  args.insert(args.end(), more.begin(), more.end());
}

Args with_globals(Args args) {
  Args argv{"git",
            "-c",
            "core.quotePath=false",
            "-c",
            "submodule.recurse=false",
            "-c",
            "advice.detachedHead=false",
            "-c",
            "fetch.output=full",
            "-c",
            "fetch.prune=false",
            "-c",
            "protocol.ext.allow=never"};
  argv.insert(argv.end(), std::make_move_iterator(args.begin()), std::make_move_iterator(args.end()));
  return argv;
}

// Version 2 of the protocol asks twice, and over a bare git:// connection the second question waits for a
// delayed acknowledgement: 40 ms. Elsewhere it saves the list of all refs.
Args one_round_trip(std::string_view url) {
  return url.starts_with("git://") ? Args{"-c", "protocol.version=0"} : Args{};
}

// Housekeeping waits for tidy(), after the order's result.
Args fetch_start() {
  return {"-c",
          "gc.auto=0",
          "-c",
          "maintenance.auto=false",
          "fetch",
          "--no-tags",
          "--recurse-submodules=no",
          "--refmap="};
}

}  // namespace

process::Command git_submodule_command(const GitSettings& settings, Args args,
                                       const std::map<std::string, std::string>& inherited) {
  process::Command command;
  command.argv = with_globals(std::move(args));
  command.directory = settings.directory;
  command.timeout = settings.timeout;
  command.patience = settings.patience;
  command.grace = settings.grace;
  command.env = {{"GIT_TERMINAL_PROMPT", "0"},
                 {"GIT_ASKPASS", "/bin/false"},
                 {"SSH_ASKPASS", "/bin/false"},
                 {"GCM_INTERACTIVE", "never"},
                 {"LC_ALL", "C"},
                 {"GIT_CEILING_DIRECTORIES", settings.directory.parent_path().string()}};
  command.env_remove = foreign_variables;
  if (settings.read_only) command.env["GIT_OPTIONAL_LOCKS"] = "0";
  if (!settings.repository.empty()) {
    command.env["GIT_DIR"] = settings.repository.string();
    command.env["GIT_WORK_TREE"] = settings.directory.string();
  }
  if (!settings.index.empty()) command.env["GIT_INDEX_FILE"] = settings.index.string();
  if (!settings.gnupg_home.empty()) command.env["GNUPGHOME"] = settings.gnupg_home.string();
  if (!settings.own_ssh_command && !inherited.contains("GIT_SSH_COMMAND") && !inherited.contains("GIT_SSH")) {
    command.env["GIT_SSH_COMMAND"] = "ssh -oBatchMode=yes";
  }
  return command;
}

process::Command git_command(const GitSettings& settings, Args args,
                             const std::map<std::string, std::string>& inherited) {
  process::Command command = git_submodule_command(settings, std::move(args), inherited);
  if (settings.submodule)
    command.env["GIT_PROTOCOL_FROM_USER"] = "0";
  else if (!inherited.contains("GIT_ALLOW_PROTOCOL"))
    command.env["GIT_ALLOW_PROTOCOL"] = "file:git:http:https:ssh";
  return command;
}

Args git_status_args() {
  return {"status", "--porcelain=v2", "--branch", "-z", "--untracked-files=no"};
}

Args git_config_args() {
  return {"config", "-z", "--get-regexp", "^(remote\\.origin\\.url|core\\.sshcommand)$"};
}

Args git_diff_args(const std::string& from, const std::string& to) {
  return {"diff-tree",      "-r", "-z", "--raw", "--no-renames", "--ignore-submodules=none", from,
          to + "^{commit}", "--"};
}

Args git_patch_args() {
  return {"diff",
          "--binary",
          "--full-index",
          "--no-color",
          "--no-ext-diff",
          "--no-textconv",
          "--no-renames",
          "--src-prefix=a/",
          "--dst-prefix=b/",
          "--ignore-submodules=dirty",
          "HEAD",
          "--"};
}

Args git_reset_keep_args(const std::string& revision) {
  // Quiet: a git that tells its progress dies of SIGPIPE, half way, when the runner that listened was killed.
  return {"reset", "--keep", "--quiet", revision, "--"};
}

Args git_reset_hard_args(const std::string& revision) {
  return {"reset", "--hard", "--quiet", revision, "--"};
}

Args git_refresh_args() {
  return {"update-index", "-q", "--ignore-submodules", "--refresh"};
}

Args git_clone_args(const std::string& url, const std::string& branch, const fs::path& directory) {
  Args args{"-c",    "gc.auto=0",     "-c",       "maintenance.auto=false",
            "clone", "--no-checkout", "--origin", "origin"};
  if (!branch.empty()) append(args, {"--branch", branch});
  append(args, {"--", url, directory.string()});
  return args;
}

Args git_init_bare_args(const fs::path& directory) {
  return {"init", "--quiet", "--bare", "--", directory.string()};
}

Args git_fetch_args(const std::string& remote, const Args& refspecs) {
  Args args = fetch_start();
  append(args, {"--", remote});
  append(args, refspecs);
  return args;
}

Args git_fetch_branch_args(const std::string& remote, const std::string& url, const std::string& branch,
                           const std::string& target_ref) {
  Args args = one_round_trip(url);
  append(args, git_fetch_args(remote, {"+refs/heads/" + branch + ":" + target_ref}));
  return args;
}

Args git_fetch_everything_args(const std::string& remote) {
  return git_fetch_args(remote, {"+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/slipway/tags/*"});
}

Args git_fetch_shallow_args(const std::string& remote, const std::string& revision) {
  Args args = fetch_start();
  append(args, {"--depth=1", "--", remote, revision});
  return args;
}

Args git_fetch_unshallow_args(const std::string& remote) {
  Args args = fetch_start();
  append(args, {"--unshallow", "--", remote, "+refs/heads/*:refs/remotes/origin/*"});
  return args;
}

Args git_local_commits_args(const std::string& head, const std::string& revision, const Args& known) {
  Args args{"-c",
            "log.showSignature=false",
            "-c",
            "i18n.logOutputEncoding=UTF-8",
            "log",
            "-z",
            "--no-color",
            "--ignore-missing",
            "--max-count=21",
            "--format=%h %s",
            head,
            "--not",
            revision,
            "--remotes",
            "--tags",
            "--glob=refs/slipway/*"};
  append(args, known);
  args.emplace_back("--");
  return args;
}

Args git_update_ref_args(const std::string& ref, const std::string& revision) {
  return {"update-ref", ref, revision};
}

Args git_verify_commit_args(const std::string& revision) {
  return {"rev-parse", "--verify", "--quiet", revision + "^{commit}"};
}

Args git_disambiguate_args(const std::string& prefix) {
  return {"rev-parse", "--disambiguate=" + prefix};
}

Args git_ls_remote_args(const std::string& remote, const std::string& url, const Args& patterns) {
  Args args = one_round_trip(url);
  append(args, {"ls-remote", "--exit-code", "--", remote});
  append(args, patterns);
  return args;
}

Args git_ls_remote_head_args(const std::string& remote) {
  return {"ls-remote", "--exit-code", "--symref", "--", remote, "HEAD"};
}

Args git_log_args(const std::string& ref, std::size_t skip, std::size_t count) {
  return {"-c",
          "log.showSignature=false",
          "-c",
          "i18n.logOutputEncoding=UTF-8",
          "log",
          "-z",
          "--no-color",
          fmt::format("--skip={}", skip),
          fmt::format("--max-count={}", count),
          "--format=%H%x00%an%x00%ct%x00%B",
          ref,
          "--"};
}

// The same walk as git log, so that a position in one is a position in the other.
Args git_rev_list_args(const std::string& ref) {
  return {"-c", "log.showSignature=false", "log", "--no-color", "--format=%H", ref, "--"};
}

Args git_submodule_sync_args() {
  return {"submodule", "--quiet", "sync", "--recursive"};
}

Args git_submodule_update_args() {
  return {"submodule", "update", "--init", "--recursive"};
}

Args git_gc_args() {
  return {"-c", "gc.autoDetach=false", "gc", "--auto", "--quiet"};
}

Args git_list_args(const std::string& revision) {
  return {"ls-tree", "-r", "-l", "-z", "--full-tree", revision};
}

Args git_submodule_urls_args(const std::string& revision) {
  return {"config",       "-z",
          "--blob",       revision + ":.gitmodules",
          "--get-regexp", R"(^submodule\..*\.(path|url|update)$)"};
}

Args git_read_tree_args(const std::string& revision) {
  return {"read-tree", revision};
}

Args git_checkout_index_args(const Args& paths) {
  Args args{"checkout-index", "--quiet"};
  append(args, paths.empty() ? Args{"--all"} : Args{"--"});
  append(args, paths);
  return args;
}

}  // namespace slipway::vcs
