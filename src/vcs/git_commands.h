// The git command lines, as plain values. git 2.11 understands all of them. Pure.
//
// What comes from outside (branch, revision, url) must have passed git_names and url before.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "process/process.h"

namespace slipway::vcs {

namespace fs = std::filesystem;

using Args = std::vector<std::string>;

// What a git process needs to know beside its arguments.
struct GitSettings {
  fs::path directory;            // where it runs: the working copy or a bare repository
  bool read_only = false;        // leaves no trace: does not even refresh the index
  bool own_ssh_command = false;  // the user's configuration has core.sshCommand
  // Named, where it is not found in `directory`; then `directory` is the work tree.
  fs::path repository = {};
  fs::path index = {};
  // Where gpg looks for keys; empty: where it always does.
  fs::path gnupg_home = {};
  // The url was written by whoever writes the repository: only transports that may be used for such ones.
  bool submodule = false;
  base::Millis timeout = std::chrono::minutes{10};
  base::Millis patience{0};  // both of process::Command
  base::Millis grace = std::chrono::seconds{10};
};

// The command with the environment in which git never asks, never speaks another language, never takes an
// outer repository for this one. `inherited` is our own environment.
process::Command git_command(const GitSettings& settings, Args args,
                             const std::map<std::string, std::string>& inherited);

// The same for submodules: the transports they may use are for git and the user's configuration to say.
process::Command git_submodule_command(const GitSettings& settings, Args args,
                                       const std::map<std::string, std::string>& inherited);

Args git_status_args();
Args git_config_args();
Args git_diff_args(const std::string& from, const std::string& to);
Args git_patch_args();
Args git_reset_keep_args(const std::string& revision);
Args git_reset_hard_args(const std::string& revision);
Args git_refresh_args();
Args git_clone_args(const std::string& url, const std::string& branch, const fs::path& directory);
Args git_init_bare_args(const fs::path& directory);

// Fetches refspecs; configured ones are not applied in addition.
Args git_fetch_args(const std::string& remote, const Args& refspecs);
// One branch, into `target_ref`; `remote` by name or url, `url` what it leads to.
Args git_fetch_branch_args(const std::string& remote, const std::string& url, const std::string& branch,
                           const std::string& target_ref);
// All branches and tags, the latter under a name of ours.
Args git_fetch_everything_args(const std::string& remote);
Args git_fetch_shallow_args(const std::string& remote, const std::string& revision);
Args git_fetch_unshallow_args(const std::string& remote);

// The commits that the branch would lose: on `head`, and on nothing of `revision`, the remote-tracking
// branches, the tags, what slipway fetched or saved, and `known`.
Args git_local_commits_args(const std::string& head, const std::string& revision, const Args& known);

Args git_update_ref_args(const std::string& ref, const std::string& revision);
Args git_verify_commit_args(const std::string& revision);
Args git_disambiguate_args(const std::string& prefix);
Args git_ls_remote_args(const std::string& remote, const std::string& url, const Args& patterns);
Args git_ls_remote_head_args(const std::string& remote);
Args git_log_args(const std::string& ref, std::size_t skip, std::size_t count);
Args git_rev_list_args(const std::string& ref);
Args git_submodule_sync_args();
Args git_submodule_update_args();
Args git_gc_args();

// All files of a commit, with their sizes.
Args git_list_args(const std::string& revision);
// Which submodules a commit has; git config reads them from its .gitmodules.
Args git_submodule_urls_args(const std::string& revision);
// Fills the index of GitSettings.
Args git_read_tree_args(const std::string& revision);
// Writes files of the index that do not exist in the work tree; none are named: all.
Args git_checkout_index_args(const Args& paths);

}  // namespace slipway::vcs
