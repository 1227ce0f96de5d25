#include "vcs/release_place.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

#include "base/file.h"
#include "base/text.h"
#include "vcs/place.h"

namespace slipway::vcs {
namespace {

using base::ErrorCode;

std::string shown(const fs::path& path) {
  return base::printable(path.string());
}

std::vector<std::string> foreign_entries(const fs::path& root) {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator entry(root, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::string name = entry->path().filename().string();
    // People fill it before the first release.
    if (name != "shared") names.push_back(std::move(name));
  }
  std::ranges::sort(names);
  return names;
}

// The name of the release that a link leads to; empty: it is missing or leads elsewhere.
std::string release_behind(const fs::path& link) {
  std::error_code error;
  const fs::path target = fs::read_symlink(link, error);
  if (error || target.parent_path() != "releases") return {};
  std::string name = target.filename().string();
  return is_release_name(name) ? name : "";
}

base::Result<> check_no_working_copy(const fs::path& root) {
  for (const char* const marker : {".git", ".svn"}) {
    if (!is_there(root / marker)) continue;
    return base::fail(ErrorCode::conflict,
                      "{} is a working copy, and the app has the layout \"releases\": move it away or choose "
                      "another path, or go back to \"layout\": \"in_place\"",
                      shown(root));
  }
  return {};
}

base::Result<> check_empty(const fs::path& root) {
  const std::vector<std::string> names = foreign_entries(root);
  if (names.empty()) return {};
  return base::fail(
      ErrorCode::conflict,
      "{} is not empty and has no releases of Slipway: {}. Move that away (files that all releases "
      "are to share belong into {}/shared), or choose another path",
      shown(root), name_list(names), shown(root));
}

base::Result<> check_folders(const fs::path& root) {
  std::error_code error;
  for (const char* const name : {".slipway", "releases", "shared"}) {
    const fs::file_type type = fs::symlink_status(root / name, error).type();
    if (type == fs::file_type::not_found || type == fs::file_type::directory) continue;
    return base::fail(
        ErrorCode::conflict,
        "{} is not a folder of its own: releases and what they share must lie in {} itself, since "
        "they are linked and renamed there; put a folder in its place, or mount one",
        shown(root / name), shown(root));
  }
  return {};
}

base::Result<> check_current(const fs::path& root) {
  const fs::path link = root / "current";
  std::error_code error;
  const fs::file_type type = fs::symlink_status(link, error).type();
  if (type == fs::file_type::not_found) return {};
  if (type != fs::file_type::symlink) {
    return base::fail(ErrorCode::conflict,
                      "{} is not a symbolic link: somebody put a {} in its place; move it away", shown(link),
                      type == fs::file_type::directory ? "folder" : "file");
  }
  if (!release_behind(link).empty()) return {};
  return base::fail(
      ErrorCode::conflict,
      "{} points to {}, which is none of the releases in {}: somebody changed it; remove the link, or "
      "point it to releases/NAME",
      shown(link), shown(fs::read_symlink(link, error)), shown(root / "releases"));
}

base::Result<> check_strangers(const ReleaseBook& book) {
  const std::vector<std::string> names = book.strangers();
  if (names.empty()) return {};
  return base::fail(ErrorCode::conflict, "{} holds what Slipway did not put there: {}. Move that away",
                    shown(book.root() / "releases"), name_list(names));
}

base::Result<> point(const ReleaseBook& book, const fs::path& link, const std::string& name) {
  const fs::path fresh = book.notes() / "link.new";
  std::error_code ignored;
  fs::remove(fresh, ignored);
  const std::string target = "releases/" + name;
  if (::symlink(target.c_str(), fresh.c_str()) != 0)
    return base::fail_errno(errno, "cannot make the link {}", shown(fresh));
  if (::rename(fresh.c_str(), link.c_str()) != 0)
    return base::fail_errno(errno, "cannot switch {} to {}", shown(link), name);
  return {};
}

}  // namespace

base::Result<ReleasePlace> look_at_releases(const fs::path& path) {
  // The marker is what makes it ours.
  auto looked = look_at(path, ".slipway");
  if (!looked) return std::unexpected(looked.error());
  const fs::path root = looked->path;
  ReleasePlace place{ReleaseBook{root}, looked->kind == PlaceKind::working_copy, {}, {}};
  if (looked->kind == PlaceKind::missing) return place;
  if (auto good = check_no_working_copy(root); !good) return std::unexpected(good.error());
  if (!place.exists) {
    if (auto good = check_empty(root); !good) return std::unexpected(good.error());
  }
  if (auto good = check_folders(root); !good) return std::unexpected(good.error());
  if (auto good = check_current(root); !good) return std::unexpected(good.error());
  if (auto good = check_strangers(place.book); !good) return std::unexpected(good.error());
  place.current = current_release(place.book);
  place.previous = previous_release(place.book);
  return place;
}

base::Result<> make_current(const ReleaseBook& book, const std::string& name, const std::string& previous) {
  if (!previous.empty()) {
    if (auto noted = point(book, book.notes() / "previous", previous); !noted) return noted;
  }
  if (auto switched = point(book, book.root() / "current", name); !switched) return switched;
  return base::sync_directory(book.root());
}

std::string current_release(const ReleaseBook& book) {
  std::string name = release_behind(book.root() / "current");
  // Somebody removed it: nothing is served.
  return is_there(book.directory(name)) ? name : "";
}

std::string previous_release(const ReleaseBook& book) {
  std::string name = release_behind(book.notes() / "previous");
  return is_there(book.directory(name)) ? name : "";
}

std::vector<Release> taken_names(const ReleaseBook& book) {
  std::vector<Release> taken = book.releases();
  for (const fs::path& link : {book.root() / "current", book.notes() / "previous"}) {
    if (std::string name = release_behind(link); !name.empty()) taken.push_back({.name = std::move(name)});
  }
  return taken;
}

}  // namespace slipway::vcs
