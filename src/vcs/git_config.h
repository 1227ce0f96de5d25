// The two settings of git that an order has to know. They are read from the files where these are plain,
// which saves a process for every order; where anything in them is not, git itself is asked.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "vcs/git_layout.h"
#include "vcs/git_tool.h"

namespace slipway::vcs {

struct GitConfig {
  std::string origin;            // the url of the remote "origin"; empty: none
  bool own_ssh_command = false;  // core.sshCommand is set
};

asio::awaitable<base::Result<GitConfig>> read_git_config(Git git, GitLayout layout);

// Without the files: for where there is no repository.
asio::awaitable<base::Result<GitConfig>> ask_git_config(Git git);

// remote.origin.url of a repository's configuration file (git-config(1), "Syntax"). None: there is none, or
// only git can tell (quoting, included files, settings that replace the url or ssh).
std::optional<std::string> plain_origin(std::string_view file);

// Whether a configuration file says nothing that could change how a repository is reached.
bool is_without_surprise(std::string_view file);

}  // namespace slipway::vcs
