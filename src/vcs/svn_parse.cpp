#include "vcs/svn_parse.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "vcs/git_parse.h"
#include "vcs/url.h"
#include "vcs/xml.h"

namespace slipway::vcs {
namespace {

using base::ErrorCode;

SvnRevision revision_of(const XmlNode& node) {
  return parse_revision(node.attribute("revision")).value_or(0);
}

bool is_below(std::string_view path, std::string_view directory) {
  return directory == "." ||
         (path.size() > directory.size() && path.starts_with(directory) && path[directory.size()] == '/');
}

bool touches(const SvnEntry& local, const SvnChange& incoming) {
  if (local.path == incoming.path) return true;
  if (incoming.item == "deleted" && is_below(local.path, incoming.path)) return true;
  const bool replaced_whole = local.item != "normal" && local.item != "modified" && local.item != "none";
  return replaced_whole && local.path != "." && is_below(incoming.path, local.path);
}

Commit to_commit(const XmlNode& entry) {
  Commit commit;
  commit.revision = entry.attribute("revision");
  commit.author = base::to_utf8(base::trim(entry.text_of("author")));
  if (const auto time = base::parse_rfc3339(entry.text_of("date"))) commit.time = *time;
  commit.message = clean_message(entry.text_of("msg"));
  return commit;
}

}  // namespace

bool SvnEntry::is_modified() const {
  constexpr auto items = std::to_array<std::string_view>(
      {"modified", "added", "deleted", "replaced", "missing", "obstructed", "conflicted", "merged"});
  return std::ranges::find(items, item) != items.end() || props == "modified" || props == "conflicted";
}

base::Result<SvnInfo> parse_svn_info(std::string_view xml) {
  const auto root = parse_xml(xml);
  if (!root) return std::unexpected(root.error());
  const XmlNode* const entry = root->child("entry");
  if (entry == nullptr) return base::fail(ErrorCode::io, "svn info printed no entry");
  SvnInfo info{entry->text_of("url"), revision_of(*entry), 0};
  if (const XmlNode* const commit = entry->child("commit")) info.last_changed = revision_of(*commit);
  if (info.url.empty()) return base::fail(ErrorCode::io, "svn info printed no url");
  return info;
}

base::Result<std::vector<SvnEntry>> parse_svn_status(std::string_view xml) {
  const auto root = parse_xml(xml);
  if (!root) return std::unexpected(root.error());
  std::vector<SvnEntry> entries;
  for_each(*root, "entry", [&entries](const XmlNode& node) {
    const XmlNode* const status = node.child("wc-status");
    if (status == nullptr) return;
    entries.push_back({node.attribute("path"), status->attribute("item"), status->attribute("props"),
                       status->attribute("tree-conflicted") == "true",
                       status->attribute("wc-locked") == "true", status->attribute("copied") == "true"});
  });
  return entries;
}

base::Result<std::vector<SvnChange>> parse_svn_changes(std::string_view xml, std::string_view url) {
  const auto root = parse_xml(xml);
  if (!root) return std::unexpected(root.error());
  std::vector<SvnChange> changes;
  for_each(*root, "path", [&changes, url](const XmlNode& node) {
    std::string_view path = node.text;
    if (path.starts_with(url)) path.remove_prefix(url.size());
    while (path.starts_with('/')) path.remove_prefix(1);
    changes.push_back(
        {path.empty() ? "." : percent_decode(path), node.attribute("item"), node.attribute("kind") == "dir"});
  });
  return changes;
}

base::Result<std::vector<Commit>> parse_svn_log(std::string_view xml) {
  const auto root = parse_xml(xml);
  if (!root) return std::unexpected(root.error());
  std::vector<Commit> commits;
  for_each(*root, "logentry", [&commits](const XmlNode& entry) { commits.push_back(to_commit(entry)); });
  return commits;
}

std::vector<std::string> svn_overlap(const std::vector<SvnEntry>& local,
                                     const std::vector<SvnChange>& incoming) {
  std::vector<std::string> paths;
  for (const SvnEntry& entry : local) {
    // svn brings back what is only missing.
    if (!entry.is_modified() || entry.item == "missing") continue;
    const bool touched =
        std::ranges::any_of(incoming, [&entry](const SvnChange& change) { return touches(entry, change); });
    if (touched) paths.push_back(entry.path);
  }
  return paths;
}

bool is_unmixed(std::string_view version) {
  version = base::trim(version);
  const std::size_t digits = std::min(version.find_first_not_of("0123456789"), version.size());
  return digits > 0 && version.substr(digits).find_first_not_of("MSP") == std::string_view::npos;
}

}  // namespace slipway::vcs
