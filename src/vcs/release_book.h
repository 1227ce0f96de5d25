// What Slipway remembers about the releases of a path, in PATH/.slipway, outside of what is served: one small
// file for each, whose name holds its state. A state changes by a rename, which is whole at any moment and
// works on a full disk.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vcs/types.h"

namespace slipway::vcs {

enum class ReleaseState {
  building,  // not complete: removed by the next order
  ready,     // complete, and its order has not ended well yet
  good,
  failed,
};

struct Release {
  std::string name;  // 20261124T080000Z-0123456789: by name is by age
  ReleaseState state = ReleaseState::building;
  std::string revision;
  std::string repository;  // what the revision is a revision of
};

// The name of a new release: later than all others also when the clock went back. Pure.
std::string release_name(base::Time now, const std::string& revision, const std::vector<Release>& others);

bool is_release_name(std::string_view name);

class ReleaseBook {
 public:
  explicit ReleaseBook(fs::path root) : root_(std::move(root)) {}

  const fs::path& root() const { return root_; }
  fs::path notes() const { return root_ / ".slipway"; }
  fs::path lock_file() const { return notes() / "lock"; }
  fs::path shared() const { return root_ / "shared"; }
  fs::path directory(const std::string& name) const { return root_ / "releases" / name; }
  fs::path file_list(const std::string& name) const { return notes() / (name + ".files"); }

  // Makes PATH and what belongs into it.
  base::Result<> create() const;

  std::vector<Release> releases() const;  // newest first
  std::optional<Release> find(std::string_view name) const;

  // Before its directory is made: a directory without a record is somebody else's.
  base::Result<> add(const Release& release) const;
  base::Result<> mark(Release& release, ReleaseState state) const;
  // The directory first, the record last: what a kill leaves is removed by the next order.
  base::Result<> remove(Release release) const;

  // Directories that have no record.
  std::vector<std::string> strangers() const;

 private:
  fs::path record(const Release& release) const;

  fs::path root_;
};

// Removes a directory with everything in it, also where folders in it forbid writing. Links are not followed.
base::Result<> remove_tree(const fs::path& directory);

}  // namespace slipway::vcs
