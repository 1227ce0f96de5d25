// What svn prints with --xml, read. Pure; takes any bytes: what is malformed is an error, never a crash.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "vcs/svn_commands.h"
#include "vcs/types.h"

namespace slipway::vcs {

struct SvnInfo {
  std::string url;
  SvnRevision revision = 0;      // of the working copy, or the newest of the repository
  SvnRevision last_changed = 0;  // the newest that changed this url, at or before `revision`
};

base::Result<SvnInfo> parse_svn_info(std::string_view xml);

struct SvnEntry {
  std::string path;
  std::string
      item;  // normal, modified, added, deleted, replaced, missing, incomplete, conflicted, unversioned …
  std::string props;  // none, normal, modified, conflicted
  bool tree_conflict = false;
  bool locked = false;
  bool copied = false;

  bool is_conflict() const { return tree_conflict || item == "conflicted" || props == "conflicted"; }
  bool is_modified() const;
  bool is_untracked() const { return item == "unversioned" || item == "ignored" || item == "obstructed"; }
};

base::Result<std::vector<SvnEntry>> parse_svn_status(std::string_view xml);

struct SvnChange {
  std::string path;  // relative to the url that was compared; "." for itself
  std::string item;  // added, deleted, modified, none (only properties)
  bool directory = false;
};

base::Result<std::vector<SvnChange>> parse_svn_changes(std::string_view xml, std::string_view url);

base::Result<std::vector<Commit>> parse_svn_log(std::string_view xml);

// The local paths that the changes touch: the same path, below something that goes, or below something that
// is gone locally.
std::vector<std::string> svn_overlap(const std::vector<SvnEntry>& local,
                                     const std::vector<SvnChange>& incoming);

// svnversion's answer: whether everything is of one revision.
bool is_unmixed(std::string_view version);

}  // namespace slipway::vcs
