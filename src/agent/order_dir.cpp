#include "agent/order_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>

#include "base/file.h"
#include "json/map.h"

namespace slipway::agent {
namespace {

constexpr std::string_view order_file = "order.json";

int read_pid(const fs::path& file) {
  const auto text = base::read_file(file);
  int pid = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), pid);
  return pid;
}

base::Result<> write_record(const fs::path& directory, const OrderRecord& record) {
  const std::string text = boost::json::serialize(json::encode(record));
  return base::write_file_durably(directory / order_file, text);
}

}  // namespace

base::Result<OrderDir> OrderDir::create(const fs::path& orders, const OrderRecord& record) {
  const fs::path directory = orders / record.order.id;
  if (::mkdir(directory.c_str(), 0700) != 0) {
    if (errno == EEXIST) return base::fail(base::ErrorCode::conflict, "the order is known already");
    return base::fail_errno(errno, "cannot make the directory {}", directory.string());
  }
  auto written = write_record(directory, record);
  if (written) written = base::sync_directory(orders);
  if (!written) {
    std::error_code ignored;
    fs::remove_all(directory, ignored);
    return std::unexpected(written.error());
  }
  return OrderDir(directory);
}

base::Result<OrderRecord> OrderDir::record() const {
  auto text = base::read_file(path_ / order_file);
  if (!text) return std::unexpected(text.error());
  auto parsed = json::parse(*text);
  if (!parsed) return std::unexpected(parsed.error().context((path_ / order_file).string()));
  return json::decode<OrderRecord>(*parsed);
}

bool OrderDir::started() const {
  return has("spool");
}

std::uint64_t OrderDir::spool_length() const {
  struct stat status{};
  return ::stat(spool().c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

base::Result<std::optional<base::UniqueFd>> OrderDir::try_lock() const {
  return try_lock_file(path_ / "lock", std::to_string(::getpid()));
}

int OrderDir::lock_holder() const {
  return read_pid(path_ / "lock");
}

base::Result<> OrderDir::write_session() const {
  const base::UniqueFd file{
      ::open((path_ / "session").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  if (!file) return base::fail_errno(errno, "cannot create {}", (path_ / "session").string());
  return base::write_all(file.get(), std::to_string(::getsid(0)));
}

int OrderDir::session() const {
  return read_pid(path_ / "session");
}

base::Result<> OrderDir::write_cancel(std::string_view reason) const {
  return base::write_file_durably(path_ / "cancel", reason);
}

std::optional<std::string> OrderDir::cancel_reason() const {
  auto text = base::read_file(path_ / "cancel");
  return text ? std::optional(std::move(*text)) : std::nullopt;
}

base::Result<> OrderDir::mark_interrupted() const {
  return mark("interrupted");
}
bool OrderDir::interrupted() const {
  return has("interrupted");
}
base::Result<> OrderDir::mark_collected() const {
  return mark("collected");
}
bool OrderDir::collected() const {
  return has("collected");
}

base::Result<> OrderDir::mark(std::string_view name) const {
  const base::UniqueFd file{::open((path_ / name).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
  if (!file) return base::fail_errno(errno, "cannot mark {} as {}", path_.string(), name);
  return {};
}

bool OrderDir::has(std::string_view name) const {
  return ::access((path_ / name).c_str(), F_OK) == 0;
}

base::Result<std::optional<base::UniqueFd>> try_lock_file(const fs::path& file, std::string_view content) {
  base::UniqueFd lock{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (!lock) return base::fail_errno(errno, "cannot open {}", file.string());
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return std::nullopt;
    return base::fail_errno(errno, "cannot lock {}", file.string());
  }
  // The content is a hint for people and for the agent's wait; the lock itself is what counts.
  if (::ftruncate(lock.get(), 0) == 0) (void)base::write_all(lock.get(), content);
  return lock;
}

}  // namespace slipway::agent
