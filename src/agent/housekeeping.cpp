#include "agent/housekeeping.h"

#include <algorithm>
#include <array>
#include <optional>

#include "agent/order_dir.h"
#include "async/event.h"
#include "base/size.h"

namespace slipway::agent {
namespace {

constexpr std::chrono::hours interval{1};

using FileTime = fs::file_time_type;

std::vector<fs::path> entries_of(const fs::path& directory) {
  std::vector<fs::path> entries;
  std::error_code ignored;
  for (auto next = fs::directory_iterator(directory, ignored); next != fs::directory_iterator();
       next.increment(ignored))
    entries.push_back(next->path());
  std::ranges::sort(entries);
  return entries;
}

std::optional<FileTime> written(const fs::path& file) {
  std::error_code error;
  const FileTime time = fs::last_write_time(file, error);
  return error ? std::nullopt : std::optional(time);
}

base::Millis age_of(FileTime time) {
  return std::chrono::duration_cast<base::Millis>(FileTime::clock::now() - time);
}

std::uint64_t bytes_in(const fs::path& directory) {
  std::uint64_t bytes = 0;
  for (const fs::path& file : entries_of(directory)) {
    std::error_code error;
    const auto size = fs::file_size(file, error);
    if (!error) bytes += size;
  }
  return bytes;
}

std::optional<CollectedOrder> collected(const fs::path& directory) {
  const auto since = written(directory / "collected");
  if (!since) return std::nullopt;
  return CollectedOrder{directory, age_of(*since), bytes_in(directory)};
}

// Who works with what the lock stands for holds it; nothing while somebody does.
std::optional<base::UniqueFd> take_lock(const fs::path& lock_file) {
  auto lock = try_lock_file(lock_file, "");
  return lock ? std::move(*lock) : std::nullopt;
}

// The newest sign of use: every fetch and every update leaves one of these.
std::optional<FileTime> last_used(const fs::path& repository) {
  std::optional<FileTime> newest;
  for (const char* sign : {".", "HEAD", "FETCH_HEAD", ".svn/wc.db"})
    newest = std::max(newest, written(repository / sign));
  return newest;
}

// Renamed first: what is removed halfway must not be taken for a repository.
bool remove_repository(const fs::path& repository) {
  const fs::path doomed = repository.string() + ".removed";
  std::error_code error;
  fs::rename(repository, doomed, error);
  if (!error) fs::remove_all(doomed, error);
  return !error;
}

}  // namespace

asio::awaitable<void> Housekeeping::run() {
  for (;;) {
    co_await remove_orders();
    co_await remove_unused_caches(data_ / "cache", keep_.caches, log_);
    co_await async::sleep_for(interval);
  }
}

asio::awaitable<void> Housekeeping::remove_orders() {
  std::vector<CollectedOrder> orders;
  for (const fs::path& directory : entries_of(data_ / "orders")) {
    if (auto order = collected(directory)) orders.push_back(std::move(*order));
  }
  std::size_t removed = 0;
  for (const fs::path& directory : orders_to_remove(orders, keep_)) {
    const auto lock = take_lock(OrderDir(directory).runner_file());
    if (!lock) continue;
    std::error_code error;
    fs::remove_all(directory, error);
    if (error)
      log_->error("order {}: cannot be removed: {}", directory.filename().string(), error.message());
    else
      ++removed;
    // The links come first.
    co_await async::sleep_for(base::Millis{1});
  }
  if (removed > 0) {
    log_->info("removed {} old orders, of which their servers have all; {} and {} are kept", removed,
               base::format_duration(keep_.orders), base::format_size(keep_.bytes));
  }
}

asio::awaitable<void> remove_unused_caches(fs::path cache, base::Millis keep, base::Logger log) {
  for (const fs::path& repository : entries_of(cache)) {
    std::error_code ignored;
    const auto used = last_used(repository);
    const bool unused = fs::is_directory(repository, ignored) && used && age_of(*used) > keep;
    if (!unused) continue;
    const auto lock = take_lock(repository.string() + ".lock");
    if (lock && remove_repository(repository))
      log->info("removed the cached repository {}: not used for {}", repository.filename().string(),
                base::format_duration(keep));
    co_await async::sleep_for(base::Millis{1});
  }
}

}  // namespace slipway::agent
