// What may be a branch, a revision, a commit id: checked before it comes near a command line. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace slipway::vcs {

// A whole commit id (SHA-1 or SHA-256), in lower case.
bool is_full_id(std::string_view text);

// What could be the beginning of a commit id: 4 hexadecimal digits and more.
bool is_id_prefix(std::string_view text);

// The rules of git check-ref-format --branch.
base::Result<> check_branch_name(std::string_view name);

// What a person may write as a revision: empty, an id, a branch, a tag, refs/heads/…, refs/tags/….
base::Result<> check_git_revision(std::string_view wanted);

// One of our own refs for a branch: no branch name can be the directory of another.
std::string log_ref(std::string_view branch);

// The first 10 digits, for sentences.
std::string short_id(std::string_view revision);

}  // namespace slipway::vcs
