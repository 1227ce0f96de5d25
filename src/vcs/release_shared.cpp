#include "vcs/release_shared.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "base/relative_path.h"
#include "base/text.h"
#include "vcs/place.h"

namespace slipway::vcs {
namespace {

using base::ErrorCode;

std::string shown(const fs::path& path) {
  return base::printable(path.string());
}

bool is_link(const fs::path& path) {
  std::error_code error;
  return fs::symlink_status(path, error).type() == fs::file_type::symlink;
}

// "logs/app" of a release leads to ../../../shared/logs/app.
std::string link_text(const std::string& path) {
  std::string text = "../../";
  for (const char c : path) {
    if (c == '/') text += "../";
  }
  return text + "shared/" + path;
}

std::vector<fs::path> folders_above(const std::string& path) {
  std::vector<fs::path> folders;
  for (std::size_t slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1))
    folders.emplace_back(path.substr(0, slash));
  return folders;
}

base::Result<> check_real_folders(const fs::path& top, const std::string& path) {
  for (const fs::path& folder : folders_above(path)) {
    if (!is_link(top / folder)) continue;
    return base::fail(
        ErrorCode::conflict,
        "the shared path \"{}\" goes through {}, which is a symbolic link and may lead anywhere: share "
        "the place itself, or put a folder there",
        base::printable(path), shown(top / folder));
  }
  return {};
}

// Folders above it that are missing are made; one that is a link is refused.
base::Result<> make_folders(const fs::path& top, const std::string& path) {
  if (auto good = check_real_folders(top, path); !good) return good;
  std::error_code error;
  fs::create_directories((top / path).parent_path(), error);
  if (error)
    return base::fail(ErrorCode::io, "cannot make a folder for the shared path {}: {}", shown(top / path),
                      error.message());
  return {};
}

base::Result<> take_from_release(const fs::path& own, const fs::path& place, const std::string& path) {
  if (is_link(own)) {
    return base::fail(ErrorCode::conflict,
                      "the revision brings \"{}\" as a symbolic link, which cannot be shared: take it out of "
                      "\"shared\", or put the folder into {} yourself",
                      base::printable(path), shown(place.parent_path()));
  }
  if (is_there(own)) {
    if (::rename(own.c_str(), place.c_str()) == 0) return {};
    return base::fail_errno(errno, "cannot move {} to {}", shown(own), shown(place));
  }
  if (::mkdir(place.c_str(), 0777) == 0) return {};
  return base::fail_errno(errno, "cannot make the shared folder {}", shown(place));
}

base::Result<> link_one(const ReleaseBook& book, const fs::path& release, const std::string& path) {
  const fs::path place = book.shared() / path;
  const fs::path own = release / path;
  for (const fs::path& top : {book.shared(), release}) {
    if (auto made = make_folders(top, path); !made) return made;
  }
  if (!is_there(place)) {
    if (auto taken = take_from_release(own, place, path); !taken) return taken;
  } else if (auto removed = remove_tree(own); !removed) {
    return removed;
  }
  if (::symlink(link_text(path).c_str(), own.c_str()) == 0) return {};
  return base::fail_errno(errno, "cannot make the link {}", shown(own));
}

}  // namespace

base::Result<std::vector<std::string>> check_shared(const std::vector<std::string>& paths) {
  std::vector<std::string> checked;
  for (const std::string& path : paths) {
    auto normal = base::relative_path(path);
    if (!normal) return std::unexpected(normal.error().context("shared"));
    for (const std::string& other : checked) {
      if (!base::is_inside(*normal, other) && !base::is_inside(other, *normal)) continue;
      return base::fail(ErrorCode::invalid, "shared: \"{}\" and \"{}\" are the same or lie in one another",
                        base::printable(other), base::printable(*normal));
    }
    checked.push_back(std::move(*normal));
  }
  return checked;
}

base::Result<> check_shared_places(const ReleaseBook& book, const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (auto good = check_real_folders(book.shared(), path); !good) return good;
    if (!is_link(book.shared() / path)) continue;
    std::error_code error;
    const fs::path real = fs::weakly_canonical(book.shared() / path, error);
    if (!error && base::is_inside(real.string(), book.shared().string())) continue;
    return base::fail(
        ErrorCode::conflict,
        "the shared path {} is a symbolic link that leads out of {}: move there what it leads to, or "
        "mount it there",
        shown(book.shared() / path), shown(book.shared()));
  }
  return {};
}

bool has_shared_links(const ReleaseBook& book, const std::string& release,
                      const std::vector<std::string>& paths) {
  return std::ranges::all_of(paths, [&](const std::string& path) {
    std::error_code error;
    return fs::read_symlink(book.directory(release) / path, error) == link_text(path) &&
           is_there(book.shared() / path);
  });
}

base::Result<> link_shared(const ReleaseBook& book, const std::string& release,
                           const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (auto linked = link_one(book, book.directory(release), path); !linked) return linked;
  }
  return {};
}

bool is_shared(const std::string& path, const std::vector<std::string>& shared) {
  return std::ranges::any_of(shared, [&path](const std::string& one) { return base::is_inside(path, one); });
}

}  // namespace slipway::vcs
