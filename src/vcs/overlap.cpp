#include "vcs/overlap.h"

#include <sys/stat.h>

#include <algorithm>

#include "vcs/place.h"

namespace slipway::vcs {
namespace {

using Paths = std::set<std::string>;

bool has_parent_in(const Paths& paths, std::string_view path) {
  for (std::size_t slash = path.rfind('/'); slash != std::string_view::npos && slash > 0;) {
    path = path.substr(0, slash);
    if (paths.contains(std::string{path})) return true;
    slash = path.rfind('/');
  }
  return false;
}

bool has_child_in(const Paths& paths, const std::string& path) {
  const auto next = paths.lower_bound(path + "/");
  return next != paths.end() && next->starts_with(path + "/");
}

enum class Kind { nothing, directory, file };

Kind kind_of(const fs::path& path) {
  struct stat info{};
  if (::lstat(path.c_str(), &info) != 0) return Kind::nothing;
  return S_ISDIR(info.st_mode) ? Kind::directory : Kind::file;
}

class Search {
 public:
  Search(const fs::path& root, const Paths& leaving) : root_(root), leaving_(leaving) {}

  void look(const Addition& addition) {
    const std::string& path = addition.path;
    for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
      if (!passes(path.substr(0, slash))) return;
    }
    switch (kind_of(root_ / path)) {
      case Kind::nothing:
        return;
      case Kind::file:
        return report(path);
      case Kind::directory:
        return look_into(addition);
    }
  }

  std::vector<std::string> result() && { return {found_.begin(), found_.end()}; }

 private:
  // Whether the search goes on below this component.
  bool passes(const std::string& component) {
    if (directories_.contains(component)) return true;
    const Kind kind = kind_of(root_ / component);
    if (kind == Kind::file) report(component);
    if (kind == Kind::directory) directories_.insert(component);
    return kind == Kind::directory;
  }

  // A directory where a file or submodule will be: everything that is left in it must be on its way out.
  void look_into(const Addition& addition) {
    if (addition.directory && is_there(root_ / addition.path / ".git"))
      return;  // the submodule itself, left from before
    std::error_code error;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator{root_ / addition.path, error}) {
      if (!entry.is_directory(error) || entry.is_symlink(error)) report(relative(entry.path()));
    }
  }

  std::string relative(const fs::path& path) const { return path.string().substr(root_.string().size() + 1); }

  void report(const std::string& path) {
    if (!leaving_.contains(path)) found_.insert(path);
  }

  const fs::path& root_;
  const Paths& leaving_;
  Paths directories_;
  Paths found_;
};

}  // namespace

std::vector<std::string> overlapping(const std::vector<std::string>& local,
                                     const std::vector<std::string>& incoming) {
  const Paths arriving{incoming.begin(), incoming.end()};
  std::vector<std::string> both;
  std::ranges::copy_if(local, std::back_inserter(both), [&arriving](const std::string& path) {
    return arriving.contains(path) || has_parent_in(arriving, path) || has_child_in(arriving, path);
  });
  return both;
}

std::vector<std::string> obstructions(const fs::path& root, const std::vector<Addition>& additions,
                                      const std::set<std::string>& leaving) {
  Search search{root, leaving};
  for (const Addition& addition : additions) search.look(addition);
  return std::move(search).result();
}

}  // namespace slipway::vcs
