// What went wrong, read from what git or svn said: one table, one sentence for each. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace slipway::vcs {

enum class Failure {
  other,
  authentication,
  host_key,
  certificate,
  host_unknown,
  unreachable,
  network_timeout,
  disk_full,
  ownership,
  permission,
  locked,
  ref_locked,
  submodule_transport,
  branch_missing,
  revision_missing,
  repository_missing,
  not_a_working_copy,
  format_too_old,
  format_too_new,
  interrupted,  // svn cleanup is needed
  edited,       // git reset --keep: a file is not as the index says
  untracked_in_the_way,
  damaged,
  incomplete,  // objects are missing
};

Failure classify(std::string_view err);

// Where it happened, for the sentence. `what` is the command: "git fetch".
struct Scene {
  std::string what;
  std::string url;
  std::string path;
};

// The sentence, what to do, and the last lines that the tool wrote itself; without credentials.
base::Error explain(Failure failure, const Scene& scene, std::string_view err);
base::Error explain(const Scene& scene, std::string_view err);

// The lines of a tool's complaint that matter, in one line.
std::string last_words(std::string_view err);

}  // namespace slipway::vcs
