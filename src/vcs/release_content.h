// Where the files of a release come from: a repository that is kept on this host and shared by all its apps.
#pragma once

#include <memory>

#include "vcs/provenance.h"
#include "vcs/release_files.h"
#include "vcs/vcs.h"

namespace slipway::vcs {

class ReleaseContent {
 public:
  virtual ~ReleaseContent() = default;

  // What a revision number belongs to; equal for the same repository.
  virtual std::string repository() const = 0;

  // Brings the revision to this host, with the network only if it is not here yet, and lists all its files.
  virtual asio::awaitable<base::Result<std::vector<ReleaseFile>>> bring(std::string revision, Io& io) = 0;

  // Writes some of these files below `into`, where none of them exists and their folders do. `scratch` is a
  // folder for what is needed meanwhile.
  virtual asio::awaitable<base::Result<>> write(std::vector<ReleaseFile> files, fs::path into,
                                                fs::path scratch, Io& io) = 0;

  // git alone: the repository on this host, with the revision in it.
  virtual asio::awaitable<base::Result<GitOrigin>> origin_of(std::string revision, Io& io);

  // Housekeeping that nobody waits for.
  virtual asio::awaitable<void> tidy() = 0;
};

std::unique_ptr<ReleaseContent> make_release_content(const Spec& spec, const fs::path& cache_directory);

std::unique_ptr<ReleaseContent> make_git_content(Spec spec, fs::path cache_directory);
std::unique_ptr<ReleaseContent> make_svn_content(Spec spec, fs::path cache_directory);

}  // namespace slipway::vcs
