#include "vcs/release_book.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>

#include "base/file.h"
#include "base/text.h"
#include "vcs/git_names.h"
#include "vcs/git_parse.h"
#include "vcs/place.h"

namespace slipway::vcs {
namespace {

using base::ErrorCode;

constexpr std::size_t stamp_length = 16;  // 20261124T080000Z

constexpr auto state_names = std::to_array<std::pair<std::string_view, ReleaseState>>({
    {"building", ReleaseState::building},
    {"ready", ReleaseState::ready},
    {"good", ReleaseState::good},
    {"failed", ReleaseState::failed},
});

std::string stamp(base::Time time) {
  std::string text = base::to_rfc3339(time).substr(0, 19) + "Z";
  std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
  return text;
}

std::optional<base::Time> time_of(std::string_view name) {
  if (name.size() < stamp_length) return std::nullopt;
  const auto part = [name](std::size_t from, std::size_t count) { return name.substr(from, count); };
  const auto time = base::parse_rfc3339(fmt::format("{}-{}-{}T{}:{}:{}Z", part(0, 4), part(4, 2), part(6, 2),
                                                    part(9, 2), part(11, 2), part(13, 2)));
  if (!time || stamp(*time) != name.substr(0, stamp_length)) return std::nullopt;
  return *time;
}

std::optional<Release> parse_record_name(const std::string& file) {
  for (const auto& [word, state] : state_names) {
    const std::string ending = "." + std::string{word};
    if (!file.ends_with(ending)) continue;
    std::string name = file.substr(0, file.size() - ending.size());
    if (is_release_name(name)) return Release{std::move(name), state, {}, {}};
  }
  return std::nullopt;
}

std::vector<std::string> names_in(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator entry(directory, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error))
    names.push_back(entry->path().filename().string());
  return names;
}

void make_writable(const fs::path& directory) {
  std::error_code ignored;
  fs::permissions(directory, fs::perms::owner_all, fs::perm_options::add, ignored);
  fs::directory_iterator entry(directory, ignored);
  for (; !ignored && entry != fs::directory_iterator(); entry.increment(ignored)) {
    if (entry->symlink_status(ignored).type() == fs::file_type::directory) make_writable(entry->path());
  }
}

}  // namespace

std::string release_name(base::Time now, const std::string& revision, const std::vector<Release>& others) {
  base::Time time = now;
  for (const Release& other : others) {
    const auto taken = time_of(other.name);
    if (taken && stamp(time) <= stamp(*taken)) time = *taken + std::chrono::seconds{1};
  }
  return stamp(time) + "-" + (is_full_id(revision) ? short_id(revision) : revision);
}

bool is_release_name(std::string_view name) {
  if (!time_of(name) || name.size() < stamp_length + 2 || name[stamp_length] != '-') return false;
  return name.find_first_not_of("0123456789abcdef", stamp_length + 1) == std::string_view::npos;
}

base::Result<> ReleaseBook::create() const {
  std::error_code error;
  fs::create_directories(root_, error);
  for (const fs::path& directory : {notes(), root_ / "releases", shared()}) {
    if (!error) fs::create_directory(directory, error);
  }
  if (error)
    return base::fail(ErrorCode::io, "cannot make the folders of the releases in {}: {}",
                      base::printable(root_.string()), error.message());
  fs::permissions(notes(), fs::perms::owner_all, error);
  return base::sync_directory(root_);
}

std::vector<Release> ReleaseBook::releases() const {
  std::vector<Release> found;
  for (const std::string& file : names_in(notes())) {
    auto release = parse_record_name(file);
    if (!release) continue;
    const auto lines = split_at(base::read_file(notes() / file).value_or(""), '\n');
    if (!lines.empty()) release->revision = lines[0];
    if (lines.size() > 1) release->repository = lines[1];
    found.push_back(std::move(*release));
  }
  std::ranges::sort(found, std::ranges::greater{}, &Release::name);
  return found;
}

std::optional<Release> ReleaseBook::find(std::string_view name) const {
  for (Release& release : releases()) {
    if (release.name == name) return std::move(release);
  }
  return std::nullopt;
}

base::Result<> ReleaseBook::add(const Release& release) const {
  return base::write_file_durably(record(release), release.revision + "\n" + release.repository + "\n");
}

base::Result<> ReleaseBook::mark(Release& release, ReleaseState state) const {
  if (release.state == state) return {};
  const fs::path old = record(release);
  release.state = state;
  if (::rename(old.c_str(), record(release).c_str()) != 0)
    return base::fail_errno(errno, "cannot rename {}", old.string());
  return base::sync_directory(notes());
}

base::Result<> ReleaseBook::remove(Release release) const {
  if (auto marked = mark(release, ReleaseState::building); !marked) return marked;
  if (auto removed = remove_tree(directory(release.name)); !removed) return removed;
  std::error_code error;
  fs::remove(file_list(release.name), error);
  fs::remove(record(release), error);
  if (error)
    return base::fail(ErrorCode::io, "cannot remove {}: {}", record(release).string(), error.message());
  return {};
}

std::vector<std::string> ReleaseBook::strangers() const {
  std::vector<std::string> names = names_in(root_ / "releases");
  const std::vector<Release> known = releases();
  std::erase_if(names, [&known](const std::string& name) {
    return std::ranges::find(known, name, &Release::name) != known.end();
  });
  std::ranges::sort(names);
  return names;
}

fs::path ReleaseBook::record(const Release& release) const {
  const auto* const entry =
      std::ranges::find(state_names, release.state, &std::pair<std::string_view, ReleaseState>::second);
  return notes() / fmt::format("{}.{}", release.name, entry->first);
}

base::Result<> remove_tree(const fs::path& directory) {
  if (!is_there(directory)) return {};
  std::error_code error;
  fs::remove_all(directory, error);
  if (error) {
    make_writable(directory);
    fs::remove_all(directory, error);
  }
  if (error)
    return base::fail(ErrorCode::io, "cannot remove {}: {}", base::printable(directory.string()),
                      error.message());
  return {};
}

}  // namespace slipway::vcs
