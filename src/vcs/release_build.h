// Makes the folder of a release: files that an earlier release has unchanged are hard links to it, the others
// are written from the repository.
#pragma once

#include "vcs/release_book.h"
#include "vcs/release_content.h"

namespace slipway::vcs {

// An earlier release, with what its files were when it was made.
struct Donor {
  std::string name;
  MadeFiles files;
};

struct BuildPlan {
  std::vector<std::string> folders;  // outer ones first
  std::vector<std::pair<ReleaseFile, fs::path>> links;
  std::vector<ReleaseFile> writes;
  std::uint64_t bytes = 0;  // that the disk must have free
};

// A file that was changed in a donor since is not taken from it, and nothing that is shared is: whoever
// writes to it would write to all releases. Refuses paths that would leave the release.
asio::awaitable<base::Result<BuildPlan>> plan_build(std::vector<ReleaseFile> files,
                                                    const std::vector<Donor>& donors, const ReleaseBook& book,
                                                    std::vector<std::string> shared, Io& io);

// Makes the folder, which must not exist, and remembers its files in `list`.
asio::awaitable<base::Result<>> carry_out(BuildPlan plan, const ReleaseBook& book, std::string name,
                                          std::vector<std::string> shared, ReleaseContent& content, Io& io);

}  // namespace slipway::vcs
