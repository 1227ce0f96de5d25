#include "vcs/release_build.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "base/relative_path.h"
#include "base/text.h"
#include "base/unique_fd.h"
#include "vcs/breather.h"
#include "vcs/git_parse.h"
#include "vcs/place.h"
#include "vcs/release_shared.h"

namespace slipway::vcs {
namespace {

using base::ErrorCode;

bool leaves_the_release(const std::string& path) {
  if (path.empty() || path.front() == '/') return true;
  for (const std::string& part : split_at(path, '/')) {
    if (part.empty() || part == "." || part == "..") return true;
  }
  return false;
}

std::set<std::string> folders_of(const std::vector<ReleaseFile>& files) {
  std::set<std::string> folders;
  for (const ReleaseFile& file : files) {
    if (file.kind == FileKind::directory) folders.insert(file.path);
    for (std::size_t slash = file.path.rfind('/'); slash != std::string::npos && slash != 0;
         slash = file.path.rfind('/', slash - 1)) {
      if (!folders.insert(file.path.substr(0, slash)).second) break;
    }
  }
  return folders;
}

base::Result<> check_paths(const std::vector<ReleaseFile>& files, const std::set<std::string>& folders) {
  for (const ReleaseFile& file : files) {
    const bool twice = file.kind != FileKind::directory && folders.contains(file.path);
    if (!twice && !leaves_the_release(file.path)) continue;
    return base::fail(ErrorCode::conflict,
                      "the revision holds a file that no release can have: {}; the repository is damaged, or "
                      "somebody made it so",
                      base::printable(file.path));
  }
  return {};
}

std::optional<fs::path> find_in(const std::vector<Donor>& donors, const ReleaseBook& book,
                                const ReleaseFile& file) {
  for (const Donor& donor : donors) {
    const auto made = donor.files.find(file.path);
    if (made == donor.files.end() || made->second.identity != file.identity) continue;
    if (made->second.kind != file.kind) continue;
    fs::path path = book.directory(donor.name) / file.path;
    if (is_untouched(path, made->second)) return path;
  }
  return std::nullopt;
}

std::uint64_t on_disk(std::uint64_t bytes) {
  constexpr std::uint64_t block = 4096;
  return (bytes + block - 1) / block * block;
}

// Where links across releases are forbidden or used up, the file is written like a new one.
asio::awaitable<base::Result<>> link_files(BuildPlan& plan, const fs::path& into, Io& io) {
  Breather breather(io.stop);
  for (auto& [file, from] : plan.links) {
    const fs::path to = into / file.path;
    if (::linkat(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), 0) != 0) plan.writes.push_back(file);
    if (!breather.is_due()) continue;
    if (auto goes_on = co_await breather.breathe(); !goes_on) co_return goes_on;
  }
  co_return base::Result<>{};
}

base::Result<> make_folders(const std::vector<std::string>& folders, const fs::path& into) {
  if (::mkdir(into.c_str(), 0777) != 0)
    return base::fail_errno(errno, "cannot make the folder of the release {}", into.string());
  for (const std::string& folder : folders) {
    if (::mkdir((into / folder).c_str(), 0777) != 0)
      return base::fail_errno(errno, "cannot make the folder {}", base::printable((into / folder).string()));
  }
  return {};
}

asio::awaitable<base::Result<MadeFiles>> list_made(const BuildPlan& plan, const fs::path& into,
                                                   std::vector<std::string> shared, Io& io) {
  MadeFiles made;
  Breather breather(io.stop);
  std::vector<const ReleaseFile*> files;
  for (const auto& [file, from] : plan.links) files.push_back(&file);
  for (const ReleaseFile& file : plan.writes) files.push_back(&file);
  for (const ReleaseFile* file : files) {
    auto now = look_at_file(into / file->path);
    if (!now)
      co_return base::fail(ErrorCode::io, "{} was not written",
                           base::printable((into / file->path).string()));
    now->identity = file->identity;
    if (!is_shared(file->path, shared)) made.emplace(file->path, std::move(*now));
    if (!breather.is_due()) continue;
    if (auto goes_on = co_await breather.breathe(); !goes_on) co_return std::unexpected(goes_on.error());
  }
  co_return made;
}

}  // namespace

asio::awaitable<base::Result<GitOrigin>> ReleaseContent::origin_of(std::string, Io&) {
  co_return base::fail(base::ErrorCode::invalid, "only commits of git have branches, tags and signatures");
}

std::unique_ptr<ReleaseContent> make_release_content(const Spec& spec, const fs::path& cache_directory) {
  return spec.type == Type::git ? make_git_content(spec, cache_directory)
                                : make_svn_content(spec, cache_directory);
}

asio::awaitable<base::Result<BuildPlan>> plan_build(std::vector<ReleaseFile> files,
                                                    const std::vector<Donor>& donors, const ReleaseBook& book,
                                                    std::vector<std::string> shared, Io& io) {
  BuildPlan plan;
  const auto is_there_already = [&](const ReleaseFile& file) {
    return std::ranges::any_of(shared, [&](const std::string& one) {
      return base::is_inside(file.path, one) && is_there(book.shared() / one);
    });
  };
  std::erase_if(files, is_there_already);
  const std::set<std::string> folders = folders_of(files);
  if (auto good = check_paths(files, folders); !good) co_return std::unexpected(good.error());
  plan.folders.assign(folders.begin(), folders.end());
  Breather breather(io.stop);
  for (ReleaseFile& file : files) {
    if (file.kind == FileKind::directory) continue;
    const auto from = is_shared(file.path, shared) ? std::nullopt : find_in(donors, book, file);
    plan.bytes += from ? 0 : on_disk(file.size);
    if (from)
      plan.links.emplace_back(std::move(file), *from);
    else
      plan.writes.push_back(std::move(file));
    if (!breather.is_due()) continue;
    if (auto goes_on = co_await breather.breathe(); !goes_on) co_return std::unexpected(goes_on.error());
  }
  constexpr std::uint64_t line = 200;  // of the list of files
  plan.bytes += on_disk(files.size() * line) + (plan.folders.size() * 4096);
  co_return plan;
}

asio::awaitable<base::Result<>> carry_out(BuildPlan plan, const ReleaseBook& book, std::string name,
                                          std::vector<std::string> shared, ReleaseContent& content, Io& io) {
  const fs::path into = book.directory(name);
  if (auto made = make_folders(plan.folders, into); !made) co_return made;
  if (auto linked = co_await link_files(plan, into, io); !linked) co_return linked;
  if (auto written = co_await content.write(plan.writes, into, book.notes(), io); !written) co_return written;
  auto made = co_await list_made(plan, into, shared, io);
  if (!made) co_return std::unexpected(made.error());
  if (auto linked = link_shared(book, name, shared); !linked) co_return linked;
  if (auto saved = save_files(book.file_list(name), *made); !saved) co_return saved;
  // A release that is complete by its record must be so after a power loss.
  const base::UniqueFd disk{::open(into.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!disk || ::syncfs(disk.get()) != 0)
    co_return base::fail_errno(errno, "cannot flush the release {} to the disk", into.string());
  co_return base::Result<>{};
}

}  // namespace slipway::vcs
