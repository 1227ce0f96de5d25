// The place on disk where a working copy is or will be, looked at without starting a process.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "vcs/types.h"

namespace slipway::vcs {

enum class PlaceKind { missing, empty, working_copy, other };

struct Place {
  PlaceKind kind = PlaceKind::missing;
  fs::path path;  // with symbolic links resolved, without a trailing slash
};

// Refuses, with a sentence, what can never be a working copy: a relative path, a file. `marker` is ".git" or
// ".svn".
base::Result<Place> look_at(const fs::path& path, std::string_view marker);

// Why a directory that is neither empty nor a working copy is refused: a bare repository, a folder inside
// of another working copy, or just files.
base::Error why_no_working_copy(const fs::path& path, Type type);

// Exists, also as a symbolic link to nothing.
bool is_there(const fs::path& path);

// Who owns it and who we are, where these differ: "it belongs to alice, slipway runs as root".
std::string ownership_words(const fs::path& path);

// "a, b and 3 more": at most 20 of them, printable.
std::string name_list(const std::vector<std::string>& names);

// Fills the two fields of a Status.
void set_modified(Status& status, const std::vector<std::string>& paths);

}  // namespace slipway::vcs
