#include "vcs/place.h"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/text.h"

namespace slipway::vcs {
namespace {

using base::ErrorCode;

std::string shown(const fs::path& path) {
  return base::printable(path.string());
}

bool is_bare_repository(const fs::path& path) {
  return is_there(path / "HEAD") && is_there(path / "objects") && is_there(path / "refs");
}

std::optional<fs::path> outer_working_copy(const fs::path& path) {
  for (fs::path above = path.parent_path(); above.has_relative_path(); above = above.parent_path()) {
    if (is_there(above / ".git") || is_there(above / ".svn")) return above;
  }
  return std::nullopt;
}

std::string user_name(uid_t user) {
  const passwd* const entry = ::getpwuid(user);
  return entry == nullptr ? fmt::format("user {}", user) : entry->pw_name;
}

fs::path without_trailing_slash(const fs::path& path) {
  const fs::path normal = path.lexically_normal();
  return normal.has_filename() || !normal.has_relative_path() ? normal : normal.parent_path();
}

}  // namespace

bool is_there(const fs::path& path) {
  struct stat info{};
  return ::lstat(path.c_str(), &info) == 0;
}

base::Result<Place> look_at(const fs::path& path, std::string_view marker) {
  if (!path.is_absolute()) {
    return base::fail(ErrorCode::invalid, "the path '{}' is not absolute; write it in full", shown(path));
  }
  Place place{PlaceKind::missing, without_trailing_slash(path)};
  if (!place.path.has_relative_path())
    return base::fail(ErrorCode::invalid, "the path '/' cannot be a working copy");
  if (!is_there(place.path)) return place;
  std::error_code error;
  const fs::path real = fs::canonical(place.path, error);
  if (error)
    return base::fail(ErrorCode::conflict, "{} cannot be followed: {}", shown(path), error.message());
  place.path = real;
  if (!fs::is_directory(real, error)) {
    return base::fail(ErrorCode::conflict, "{} is a file, not a directory: move it away, or correct the path",
                      shown(path));
  }
  if (is_there(real / marker)) {
    place.kind = PlaceKind::working_copy;
    return place;
  }
  const bool empty = fs::is_empty(real, error);
  if (error)
    return base::fail(ErrorCode::io, "cannot read the directory {}: {}", shown(path), error.message());
  place.kind = empty ? PlaceKind::empty : PlaceKind::other;
  return place;
}

base::Error why_no_working_copy(const fs::path& path, Type type) {
  const std::string name = shown(path);
  const std::string_view tool = type == Type::git ? "git" : "svn";
  if (is_bare_repository(path)) {
    return {ErrorCode::conflict,
            fmt::format("{} is a bare repository, which has no files to update: use the path of a "
                        "working copy",
                        name)};
  }
  if (is_there(path / ".git") || is_there(path / ".svn")) {
    return {
        ErrorCode::conflict,
        fmt::format("{} is a working copy, but not of {}: correct the app's type or its path", name, tool)};
  }
  if (const auto outer = outer_working_copy(path)) {
    return {ErrorCode::conflict,
            fmt::format("{} is a folder inside of the working copy {}: use that path, or one "
                        "outside of it",
                        name, shown(*outer))};
  }
  return {ErrorCode::conflict,
          fmt::format("{} is not empty and is no {} working copy: move it away to have it cloned, "
                      "or correct the path",
                      name, tool)};
}

std::string ownership_words(const fs::path& path) {
  struct stat info{};
  const uid_t us = ::geteuid();
  if (::stat(path.c_str(), &info) != 0) return fmt::format("slipway runs as {}", user_name(us));
  const std::string owner = user_name(info.st_uid);
  return fmt::format("it belongs to {}, slipway runs as {}", owner, user_name(us));
}

std::string name_list(const std::vector<std::string>& names) {
  constexpr std::size_t shown_names = 20;
  std::vector<std::string> first;
  for (const std::string& name : names) {
    if (first.size() == shown_names) break;
    first.push_back(base::printable(name));
  }
  const std::string list = base::join(first, ", ");
  return names.size() > shown_names ? fmt::format("{} and {} more", list, names.size() - shown_names) : list;
}

void set_modified(Status& status, const std::vector<std::string>& paths) {
  constexpr std::size_t told = 100;
  status.modified_total = paths.size();
  for (std::size_t index = 0; index < std::min(told, paths.size()); ++index) {
    status.modified.push_back(base::to_utf8(paths[index]));
  }
}

}  // namespace slipway::vcs
