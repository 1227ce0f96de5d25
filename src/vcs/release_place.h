// What is at the path of an app with the layout "releases": which release is current, and what forbids
// touching it.
#pragma once

#include <optional>
#include <string>

#include "vcs/release_book.h"

namespace slipway::vcs {

struct ReleasePlace {
  ReleaseBook book{{}};
  bool exists = false;   // there is something of ours
  std::string current;   // the name of the release that is served; empty: none
  std::string previous;  // the good one before it
};

// Refuses a path that is something else (a working copy, other files), releases that somebody else made, and
// a "current" that is no link to one of the releases; with a sentence that says what to do.
base::Result<ReleasePlace> look_at_releases(const fs::path& path);

// Makes `name` the current release by one rename: whoever opens a file through PATH/current sees the old
// release or the new one. `previous` is remembered as the one before it (empty: none).
base::Result<> make_current(const ReleaseBook& book, const std::string& name, const std::string& previous);

// The release to which PATH/current points; empty: none.
std::string current_release(const ReleaseBook& book);
std::string previous_release(const ReleaseBook& book);

// All releases, and those that are gone but which a link still leads to: a new one of such a name would be
// served before it is complete.
std::vector<Release> taken_names(const ReleaseBook& book);

}  // namespace slipway::vcs
