#include "vcs/git_parse.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/text.h"
#include "vcs/git_names.h"

namespace slipway::vcs {
namespace {

constexpr std::size_t max_message = std::size_t{64} << 10U;

template <class Number>
std::optional<Number> to_number(std::string_view text, int base = 10) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Cuts the text up to the separator off the front of `rest`.
std::string_view take(std::string_view& rest, char separator) {
  const std::size_t end = std::min(rest.find(separator), rest.size());
  const std::string_view token = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return token;
}

void read_header(std::string_view line, GitStatus& status) {
  const std::string_view key = take(line, ' ');
  if (key == "branch.oid" && line != "(initial)") status.head = line;
  if (key == "branch.head" && line != "(detached)") status.branch = line;
  if (key == "branch.upstream") status.upstream = line;
  if (key == "branch.ab" && line.starts_with('+'))
    status.ahead = to_number<std::size_t>(take(line, ' ').substr(1));
}

// How many fields stand before the path.
std::size_t fields_before_path(char kind) {
  return kind == '1' ? 7 : kind == '2' ? 8 : 9;
}

std::optional<GitChange> read_change(std::string_view record) {
  GitChange change;
  change.kind = record.front();
  take(record, ' ');
  change.xy = take(record, ' ');
  change.submodule = take(record, ' ');
  for (std::size_t field = 2; field < fields_before_path(change.kind); ++field) take(record, ' ');
  change.path = record;
  if (change.path.empty() || change.xy.size() != 2 || change.submodule.size() != 4) return std::nullopt;
  return change;
}

}  // namespace

base::Result<GitStatus> parse_git_status(std::string_view out) {
  GitStatus status;
  while (!out.empty()) {
    std::string_view record = take(out, '\0');
    if (record.starts_with("# ")) {
      read_header(record.substr(2), status);
    } else if (record.starts_with("1 ") || record.starts_with("2 ") || record.starts_with("u ")) {
      auto change = read_change(record);
      if (!change) {
        return base::fail(base::ErrorCode::io, "git status printed something unexpected: {}",
                          base::printable(record));
      }
      if (change->kind == '2') change->original = take(out, '\0');
      status.changes.push_back(std::move(*change));
    }
  }
  return status;
}

std::vector<std::string> modified_paths(const GitStatus& status) {
  std::set<std::string> paths;
  for (const GitChange& change : status.changes) {
    if (change.is_stale_submodule()) continue;
    paths.insert(change.path);
    if (!change.original.empty() && change.xy.contains('R')) paths.insert(change.original);
  }
  return {paths.begin(), paths.end()};
}

std::vector<std::string> unmerged_paths(const GitStatus& status) {
  std::vector<std::string> paths;
  for (const GitChange& change : status.changes) {
    if (change.kind == 'u') paths.push_back(change.path);
  }
  return paths;
}

std::vector<GitDifference> parse_git_diff(std::string_view out) {
  std::vector<GitDifference> differences;
  while (!out.empty()) {
    std::string_view meta = take(out, '\0');
    if (!meta.starts_with(':')) continue;
    meta.remove_prefix(1);
    GitDifference difference;
    difference.old_mode = to_number<unsigned>(take(meta, ' '), 8).value_or(0);
    difference.new_mode = to_number<unsigned>(take(meta, ' '), 8).value_or(0);
    difference.old_id = take(meta, ' ');
    take(meta, ' ');
    difference.status = meta.empty() ? '?' : meta.front();
    difference.path = take(out, '\0');
    if (!difference.path.empty()) differences.push_back(std::move(difference));
  }
  return differences;
}

std::map<std::string, std::string> parse_git_config(std::string_view out) {
  std::map<std::string, std::string> values;
  while (!out.empty()) {
    std::string_view entry = take(out, '\0');
    std::string key{take(entry, '\n')};
    if (!key.empty()) values[std::move(key)] = entry;
  }
  return values;
}

std::vector<GitTreeEntry> parse_git_list(std::string_view out) {
  std::vector<GitTreeEntry> entries;
  while (!out.empty()) {
    std::string_view path = take(out, '\0');
    std::string_view meta = take(path, '\t');
    GitTreeEntry entry;
    entry.mode = to_number<unsigned>(take(meta, ' '), 8).value_or(0);
    take(meta, ' ');
    entry.id = take(meta, ' ');
    entry.size =
        to_number<std::uint64_t>(meta.substr(std::min(meta.find_first_not_of(' '), meta.size())), 10);
    entry.path = path;
    if (!entry.path.empty()) entries.push_back(std::move(entry));
  }
  return entries;
}

std::map<std::string, GitSubmodule> parse_git_submodules(std::string_view out) {
  const std::map<std::string, std::string> config = parse_git_config(out);
  std::map<std::string, GitSubmodule> submodules;
  constexpr std::string_view ending = ".path";
  for (const auto& [key, path] : config) {
    if (!key.ends_with(ending)) continue;
    const std::string name = key.substr(0, key.size() - ending.size());
    const auto value = [&config, &name](const char* of) {
      const auto found = config.find(name + of);
      return found == config.end() ? std::string{} : found->second;
    };
    submodules[path] = {value(".url"), value(".update") != "none"};
  }
  return submodules;
}

std::map<std::string, std::string> parse_ls_remote(std::string_view out) {
  std::map<std::string, std::string> refs;
  while (!out.empty()) {
    std::string_view name = take(out, '\n');
    const std::string_view id = take(name, '\t');
    if (name.empty()) continue;
    if (id.starts_with("ref: "))
      refs[std::string{"ref: "}.append(name)] = id.substr(5);
    else if (is_full_id(id))
      refs[std::string{name}] = id;
  }
  return refs;
}

std::vector<Commit> parse_git_log(std::string_view out) {
  std::vector<Commit> commits;
  while (!out.empty()) {
    Commit commit;
    commit.revision = take(out, '\0');
    commit.author = base::to_utf8(base::trim(take(out, '\0')));
    const auto seconds = to_number<std::int64_t>(take(out, '\0'));
    commit.message = clean_message(take(out, '\0'));
    if (!is_full_id(commit.revision) || !seconds) break;
    constexpr std::int64_t far = 253'402'300'799;  // the year 9999
    commit.time = base::from_unix_ms(std::clamp<std::int64_t>(*seconds, -far, far) * 1000);
    commits.push_back(std::move(commit));
  }
  return commits;
}

std::vector<std::string> split_at(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::string_view part = take(text, separator);
    if (!part.empty()) parts.emplace_back(part);
  }
  return parts;
}

std::optional<std::string> parse_forced_update(std::string_view fetch_err) {
  while (!fetch_err.empty()) {
    std::string_view line = take(fetch_err, '\n');
    if (!line.starts_with(" + ") || !line.contains("-> origin/")) continue;
    const std::string_view old = line.substr(3, std::min(line.find("...", 3), line.size()) - 3);
    if (is_id_prefix(old)) return std::string{old};
  }
  return std::nullopt;
}

std::vector<std::string> parse_reflog(std::string_view file, std::size_t limit) {
  std::vector<std::string> ids;
  std::set<std::string, std::less<>> seen;
  const std::vector<std::string> lines = split_at(file, '\n');
  for (auto line = lines.rbegin(); line != lines.rend() && ids.size() < limit; ++line) {
    std::string_view rest = *line;
    const std::string_view older = take(rest, ' ');
    for (const std::string_view id : {take(rest, ' '), older}) {
      const bool real = is_full_id(id) && id.find_first_not_of('0') != std::string_view::npos;
      if (real && seen.emplace(id).second) ids.emplace_back(id);
    }
  }
  return ids;
}

std::string clean_message(std::string_view bytes) {
  std::string text;
  for (std::size_t index = 0; index < bytes.size() && text.size() <= 2 * max_message; ++index) {
    if (bytes[index] != '\r')
      text += bytes[index];
    else if (index + 1 == bytes.size() || bytes[index + 1] != '\n')
      text += '\n';
  }
  const std::size_t last = text.find_last_not_of(" \t\n");
  text.resize(last == std::string::npos ? 0 : last + 1);
  return base::shorten(text, max_message);
}

}  // namespace slipway::vcs
