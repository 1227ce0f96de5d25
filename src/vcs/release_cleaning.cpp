#include "vcs/release_cleaning.h"

#include <sys/stat.h>

#include <algorithm>
#include <set>

#include "vcs/breather.h"
#include "vcs/place.h"

namespace slipway::vcs {
namespace {

using Inodes = std::set<std::pair<dev_t, ino_t>>;

// A file that several releases share is counted once.
asio::awaitable<std::uint64_t> bytes_beside(fs::path directory, Inodes& seen) {
  std::uint64_t bytes = 0;
  Breather breather;
  std::error_code error;
  fs::recursive_directory_iterator entry(directory, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    constexpr std::uint64_t block = 512;
    struct stat info{};
    if (::lstat(entry->path().c_str(), &info) != 0) continue;
    if (seen.emplace(info.st_dev, info.st_ino).second)
      bytes += static_cast<std::uint64_t>(info.st_blocks) * block;
    if (breather.is_due()) (void)co_await breather.breathe();
  }
  co_return bytes;
}

bool is_kept_anyway(const Release& release, const std::string& current, const std::string& previous) {
  return release.name == current || (release.name == previous && release.state == ReleaseState::good);
}

// The current one, the previous one, good ones by age, failed ones by age.
std::vector<Release> by_worth(std::vector<Release> releases, const std::string& current,
                              const std::string& previous) {
  const auto rank = [&](const Release& release) {
    if (release.name == current) return 0;
    if (is_kept_anyway(release, current, previous)) return 1;
    return release.state == ReleaseState::good ? 2 : 3;
  };
  std::ranges::sort(releases, [&rank](const Release& one, const Release& other) {
    return rank(one) != rank(other) ? rank(one) < rank(other) : one.name > other.name;
  });
  return releases;
}

asio::awaitable<std::vector<Release>> beyond_budget(ReleaseBook book, ReleasesSpec spec) {
  const std::string current = current_release(book);
  const std::string previous = previous_release(book);
  const std::vector<Release> releases = by_worth(book.releases(), current, previous);
  std::vector<std::uint64_t> bytes;
  Inodes seen;
  for (const Release& release : releases)
    bytes.push_back(co_await bytes_beside(book.directory(release.name), seen));
  const auto kept = std::ranges::count_if(
      releases, [&](const Release& release) { return is_kept_anyway(release, current, previous); });
  co_return over_budget(releases, bytes, static_cast<std::size_t>(kept), spec.keep_bytes);
}

void remove_all(const ReleaseBook& book, const std::vector<Release>& releases,
                const std::function<void(std::string_view)>& log) {
  // The oldest first: what is interrupted has removed what was worth least.
  for (auto release = releases.rbegin(); release != releases.rend(); ++release) {
    auto removed = book.remove(*release);
    log(removed ? fmt::format("removed the release {}", release->name) : removed.error().message);
  }
}

}  // namespace

std::vector<Release> superfluous(const std::vector<Release>& releases, const std::string& current,
                                 const std::string& previous, const ReleasesSpec& spec) {
  const std::size_t most = std::max<std::size_t>(spec.keep_releases, 1);
  // Room is left for those that stay whatever their age.
  std::size_t good = static_cast<std::size_t>(std::ranges::count_if(releases, [&](const Release& release) {
    return release.state == ReleaseState::good && is_kept_anyway(release, current, previous);
  }));
  std::size_t failed = 0;
  std::vector<Release> goes;
  for (const Release& release : releases) {
    if (is_kept_anyway(release, current, previous)) continue;
    bool stays = false;
    if (release.state == ReleaseState::good) stays = good++ < most;
    if (release.state == ReleaseState::failed) stays = spec.keep_failed && failed++ < most;
    if (!stays) goes.push_back(release);
  }
  return goes;
}

std::vector<Release> over_budget(const std::vector<Release>& by_worth,
                                 const std::vector<std::uint64_t>& bytes, std::size_t protected_ones,
                                 std::uint64_t budget) {
  std::vector<Release> goes;
  std::uint64_t used = 0;
  for (std::size_t index = 0; index < by_worth.size(); ++index) {
    used += bytes[index];
    const bool fits = used <= budget && goes.empty();
    if (index >= protected_ones && !fits) goes.push_back(by_worth[index]);
  }
  return goes;
}

asio::awaitable<void> clean_releases(ReleaseBook book, ReleasesSpec spec,
                                     std::function<void(std::string_view)> log) {
  if (auto removed = remove_leftovers(book); !removed) log(removed.error().message);
  remove_all(book, superfluous(book.releases(), current_release(book), previous_release(book), spec), log);
  if (spec.keep_bytes == 0) co_return;
  remove_all(book, co_await beyond_budget(book, spec), log);
}

base::Result<> remove_leftovers(const ReleaseBook& book) {
  const std::string current = current_release(book);
  for (const Release& release : book.releases()) {
    const bool unfinished = release.state == ReleaseState::building || release.state == ReleaseState::ready;
    const bool gone = !is_there(book.directory(release.name));
    if ((!unfinished && !gone) || release.name == current) continue;
    if (auto removed = book.remove(release); !removed) return removed;
  }
  return {};
}

}  // namespace slipway::vcs
