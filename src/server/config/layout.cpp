#include "server/config/layout.h"

#include <fmt/format.h>

#include <array>

#include "base/relative_path.h"
#include "base/size.h"
#include "server/config/schemas.h"

namespace slipway::server::config {
namespace {

constexpr std::uint32_t most_releases = 1000;

constexpr auto releases_keys =
    std::to_array<std::string_view>({"shared", "keep_releases", "keep_bytes", "keep_failed"});

Complaint clash(const std::string& path, const std::vector<std::string>& others) {
  for (const std::string& other : others) {
    if (base::is_inside(path, other) || base::is_inside(other, path))
      return fmt::format("{} and {} are the same or lie in one another", in_quotes(other), in_quotes(path));
  }
  return std::nullopt;
}

void read_shared_path(const Field& field, std::vector<std::string>& paths) {
  if (field.value.kind != Kind::string) return field.unexpected();
  auto path = base::relative_path(field.value.text);
  if (!path) return field.problem(path.error().message);
  if (const Complaint complaint = clash(*path, paths)) return field.problem(*complaint);
  paths.push_back(std::move(*path));
}

template <class Reader, class Member>
auto into_layout(Member member, Reader reader) {
  return [member, reader](const Field& field, AppDraft& app) { reader(field, app.layout_settings.*member); };
}

}  // namespace

void read_layout(const Field& field, Layout& result) {
  if (field.value.kind != Kind::string) return field.unexpected();
  if (field.value.text == "in_place")
    result = Layout::in_place;
  else if (field.value.text == "releases")
    result = Layout::releases;
  else
    field.unexpected();
}

void read_shared(const Field& field, std::vector<std::string>& result) {
  if (field.value.kind != Kind::list) return field.unexpected();
  std::vector<std::string> paths;
  for (const Located& element : field.value.elements) read_shared_path(field.element(element), paths);
  result = std::move(paths);
}

void read_keep_releases(const Field& field, std::uint32_t& result) {
  const std::int64_t number = field.value.integer;
  if (field.value.kind != Kind::integer || number < 1 || number > most_releases) return field.unexpected();
  result = static_cast<std::uint32_t>(number);
}

std::vector<Key<AppDraft>> layout_keys() {
  return {{{.name = "layout",
            .value = "\"in_place\" or \"releases\"",
            .fallback = "\"in_place\"",
            .doc = "`in_place`: a node's path is a working copy. `releases`: every revision has a folder of "
                   "its own in "
                   "`path/releases`, and the link `path/current` is switched to it; serve `path/current`."},
           into(&AppDraft::layout, read_layout)},
          {{.name = "shared",
            .value = "a list of relative paths",
            .fallback = "[]",
            .doc = "`releases` only. Files and folders that all releases share (uploads, logs, a `.env`): "
                   "they lie in "
                   "`path/shared`, and every release gets a link. What is not there yet is taken from the "
                   "first release "
                   "that has it, else made as an empty folder."},
           into_layout(&Releases::shared, read_shared)},
          {{.name = "keep_releases",
            .value = "a whole number from 1 to 1000",
            .fallback = "5",
            .doc = "`releases` only. How many good releases a node keeps, the current and the previous one "
                   "among them; "
                   "those two always stay."},
           into_layout(&Releases::keep_releases, read_keep_releases)},
          {{.name = "keep_bytes",
            .value = "an amount such as \"2GiB\", or a number of bytes",
            .fallback = "0",
            .doc = "`releases` only. How much room all releases of a node may take; the oldest go first, the "
                   "current and "
                   "the previous one always stay. 0: no limit."},
           into_layout(&Releases::keep_bytes, read_size)},
          {{.name = "keep_failed",
            .value = "true or false",
            .fallback = "false",
            .doc = "`releases` only. Whether a release whose deployment failed stays on the node for a look, "
                   "instead of "
                   "being removed."},
           into_layout(&Releases::keep_failed, read_bool)}};
}

void check_layout(const AppDraft& app, Report& report) {
  if (app.layout == Layout::releases) {
    if (app.url.empty() && app.known_type == VcsType::git)
      report.problem(app.source->at,
                     "missing key \"url\" in an app with the layout \"releases\"; expected the URL of the "
                     "repository, since there is no working copy that knows it");
    return;
  }
  for (const std::string_view key : releases_keys) {
    const Located* const value = value_of(*app.source, key);
    if (value == nullptr) continue;
    report.problem(value->at, fmt::format("\"{}\": only the layout \"releases\" has it; remove it, or add "
                                          "\"layout\": \"releases\"",
                                          key));
  }
}

}  // namespace slipway::server::config
