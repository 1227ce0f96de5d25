// The svn command lines, as plain values. svn 1.9 understands all of them. Pure, apart from looking for a
// locale.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "process/process.h"
#include "vcs/types.h"

namespace slipway::vcs {

using Args = std::vector<std::string>;
using SvnRevision = std::int64_t;

struct SvnSettings {
  fs::path directory;  // where it runs
  base::Millis timeout = std::chrono::minutes{10};
};

// `argv` begins with the program: svn or svnversion. svn reads file names only in a UTF-8 locale.
process::Command svn_command(const SvnSettings& settings, Args argv,
                             const std::map<std::string, std::string>& inherited, const std::string& locale);

// A locale of this host in which file names are UTF-8 and messages English, or "C".
std::string utf8_locale();

Args svn_info_args(const std::string& target = ".");
Args svn_info_at_args(const std::string& url, const std::string& revision);
Args svn_status_args();
Args svn_status_of_args(const std::vector<std::string>& paths);
Args svn_changes_args(const std::string& url, SvnRevision from, SvnRevision to);
Args svn_patch_args();
Args svn_revert_args();
Args svn_cleanup_args();
Args svn_update_args(SvnRevision revision);
// Into the directory in which it runs: svn would not read a peg revision off a path there, but of all others.
Args svn_checkout_args(const std::string& url, SvnRevision revision);
Args svn_log_args(const std::string& url, const std::string& from, std::size_t count);
Args svn_version_args();

// "123", "r123"; none: something else.
std::optional<SvnRevision> parse_revision(std::string_view text);

}  // namespace slipway::vcs
