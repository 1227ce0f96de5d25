// Repository addresses: which ones may be used, and when two of them mean the same repository. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace slipway::vcs {

// Refuses what is no address or would make the tool run something else: options, ext::, unknown schemes,
// relative paths, control characters.
base::Result<> check_git_url(std::string_view url);
base::Result<> check_svn_url(std::string_view url);

// Whether git would talk to it through ssh.
bool uses_ssh(std::string_view url);

// The part that names the repository: "git@host:a/b.git", "ssh://host/a/b/" and "https://me@host/a/b" are all
// "host/a/b"; a local path and its file:// form are the path.
std::string git_identity(std::string_view url);

// svn: scheme and host in lower case, without user, default port, trailing slashes and needless escapes.
std::string svn_identity(std::string_view url);

// %41 becomes A; what is no escape stays.
std::string percent_decode(std::string_view text);

// For sentences: without credentials, printable.
std::string shown_url(std::string_view url);

}  // namespace slipway::vcs
