#include "vcs/git_layout.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/file.h"
#include "base/text.h"
#include "vcs/git_names.h"
#include "vcs/git_parse.h"
#include "vcs/place.h"

namespace slipway::vcs {
namespace {

using base::ErrorCode;

std::optional<std::string> read_line(const fs::path& path) {
  auto content = base::read_file(path, std::size_t{64} << 10U);
  if (!content) return std::nullopt;
  return std::string{base::trim(*content)};
}

fs::path resolve_against(const fs::path& directory, const std::string& path) {
  return (directory / path).lexically_normal();
}

std::optional<base::Time> changed_at(const fs::path& path) {
  struct stat info{};
  if (::lstat(path.c_str(), &info) != 0) return std::nullopt;
  return base::from_unix_ms((std::int64_t{info.st_mtim.tv_sec} * 1000) + (info.st_mtim.tv_nsec / 1'000'000));
}

}  // namespace

base::Result<GitLayout> GitLayout::of(const fs::path& work_tree) {
  GitLayout layout{work_tree, work_tree / ".git", {}};
  std::error_code error;
  if (!fs::is_directory(layout.git_dir, error)) {
    const auto line = read_line(layout.git_dir);
    constexpr std::string_view key = "gitdir: ";
    if (!line || !line->starts_with(key)) {
      return base::fail(ErrorCode::conflict, "{} is neither a repository nor a link to one",
                        layout.git_dir.string());
    }
    layout.git_dir = resolve_against(work_tree, line->substr(key.size()));
  }
  const auto common = read_line(layout.git_dir / "commondir");
  layout.common_dir = common ? resolve_against(layout.git_dir, *common) : layout.git_dir;
  return layout;
}

bool GitLayout::has_submodules() const {
  return is_there(work_tree / ".gitmodules");
}

bool GitLayout::is_shallow() const {
  return is_there(common_dir / "shallow");
}

std::uintmax_t GitLayout::index_size() const {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(git_dir / "index", error);
  return error ? 0 : size;
}

std::optional<std::string> GitLayout::head_branch() const {
  const auto head = read_line(git_dir / "HEAD");
  constexpr std::string_view key = "ref: refs/heads/";
  if (!head || !head->starts_with(key)) return std::nullopt;
  return head->substr(key.size());
}

std::optional<std::string> GitLayout::head_commit() const {
  const auto head = read_line(git_dir / "HEAD");
  if (!head) return std::nullopt;
  if (head->starts_with("ref: ")) return read_ref(head->substr(5));
  return is_full_id(*head) ? head : std::nullopt;
}

std::optional<std::string> GitLayout::remote_commit(const std::string& branch) const {
  return read_ref("refs/remotes/origin/" + branch);
}

std::optional<std::string> GitLayout::read_ref(const std::string& ref) const {
  if (auto loose = read_line(common_dir / ref)) return is_full_id(*loose) ? loose : std::nullopt;
  const auto packed = base::read_file(common_dir / "packed-refs", std::size_t{64} << 20U);
  return packed ? find_packed_ref(*packed, ref) : std::nullopt;
}

std::vector<std::string> GitLayout::remote_history(const std::string& branch) const {
  const auto file = base::read_file(common_dir / "logs/refs/remotes/origin" / branch);
  return file ? parse_reflog(*file, 500) : std::vector<std::string>{};
}

std::vector<fs::path> GitLayout::locks(const std::string& branch) const {
  std::vector<fs::path> candidates{git_dir / "index.lock", git_dir / "HEAD.lock", common_dir / "shallow.lock",
                                   common_dir / "packed-refs.lock"};
  if (!branch.empty()) {
    candidates.push_back(common_dir / "refs/heads" / (branch + ".lock"));
    candidates.push_back(common_dir / "refs/remotes/origin" / (branch + ".lock"));
  }
  std::erase_if(candidates, [](const fs::path& path) { return !is_there(path); });
  return candidates;
}

std::string GitLayout::operation_in_progress() const {
  constexpr auto marks = std::to_array<std::pair<std::string_view, std::string_view>>({
      {"MERGE_HEAD", "a merge"},
      {"CHERRY_PICK_HEAD", "a cherry-pick"},
      {"REVERT_HEAD", "a revert"},
      {"rebase-merge", "a rebase"},
      {"rebase-apply", "a rebase or `git am`"},
  });
  for (const auto& [file, name] : marks) {
    if (is_there(git_dir / file)) return std::string{name};
  }
  return {};
}

std::optional<std::string> find_packed_ref(std::string_view file, std::string_view ref) {
  for (const std::string& line : split_at(file, '\n')) {
    const std::size_t space = line.find(' ');
    if (space == std::string::npos || std::string_view{line}.substr(space + 1) != ref) continue;
    const std::string id = line.substr(0, space);
    if (is_full_id(id)) return id;
  }
  return std::nullopt;
}

base::Result<> clear_locks(const std::vector<fs::path>& locks, std::optional<base::Time> own_since,
                           const std::function<base::Result<>(std::string_view)>& note) {
  for (const fs::path& lock : locks) {
    const auto since = changed_at(lock);
    if (!since) continue;
    if (!own_since || *since < *own_since) {
      return base::fail(
          ErrorCode::conflict,
          "{} exists since {}: another git process works there, or one died. If none runs: rm '{}'",
          base::printable(lock.string()), base::to_rfc3339(*since), base::printable(lock.string()));
    }
    if (::unlink(lock.c_str()) != 0) return base::fail_errno(errno, "cannot remove {}", lock.string());
    auto told = note(
        fmt::format("removed {}, left by an order that was interrupted", base::printable(lock.string())));
    if (!told) return told;
  }
  return {};
}

}  // namespace slipway::vcs
