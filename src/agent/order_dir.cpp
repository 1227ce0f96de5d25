#include "agent/order_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>
#include <utility>

#include "base/file.h"
#include "base/text.h"
#include "json/map.h"

namespace slipway::agent {
namespace {

constexpr std::string_view order_file = "order.json";
constexpr std::string_view secrets_file = "secrets";

constexpr std::string_view leader_mark = " session";

// The runner's file: who it is, and what it said.
struct RunnerFile {
  int pid = 0;
  bool leads_session = false;
  std::string words;
};

RunnerFile read_runner_file(const fs::path& file) {
  std::string text = base::read_file(file).value_or("");
  RunnerFile result;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), result.pid);
  // A program that could not even be started has said something, but not who it is.
  if (error != std::errc{}) return {.words = std::move(text)};
  const std::size_t line = text.find('\n');
  result.leads_session = std::string_view(end, text.data() + text.size()).starts_with(leader_mark);
  if (line != std::string::npos) result.words = text.substr(line + 1);
  return result;
}

base::Result<> write_secrets(const fs::path& directory, const std::map<std::string, std::string>& secrets) {
  const std::string text = boost::json::serialize(json::encode_value(secrets, false));
  return base::write_file_durably(directory / secrets_file, text);
}

// Last comes what makes it an order.
base::Result<> write_record(const fs::path& directory, OrderRecord record) {
  const auto secrets = std::exchange(record.order.secrets, std::nullopt);
  if (secrets) {
    if (auto written = write_secrets(directory, *secrets); !written) return written;
  }
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
  auto decoded = json::decode<OrderRecord>(*parsed);
  if (!decoded) return std::unexpected(decoded.error().context((path_ / order_file).string()));
  return decoded;
}

base::Result<std::map<std::string, std::string>> OrderDir::secrets() const {
  using Values = std::map<std::string, std::string>;
  if (!has(secrets_file)) return Values{};
  const auto text = base::read_file(path_ / secrets_file);
  if (!text) return std::unexpected(text.error());
  const auto parsed = json::parse(*text);
  auto values = parsed ? json::decode<Values>(*parsed) : std::unexpected(parsed.error());
  // What is wrong with it could hold a part of it.
  if (!values)
    return base::fail(base::ErrorCode::io, "the secrets of the order in {} cannot be read", path_.string());
  return values;
}

void OrderDir::forget_secrets() const {
  ::unlink((path_ / secrets_file).c_str());
}

bool OrderDir::started() const {
  return has("spool");
}

std::uint64_t OrderDir::spool_length() const {
  struct stat status{};
  return ::stat(spool().c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

base::Result<std::optional<base::UniqueFd>> OrderDir::try_lock() const {
  return try_lock_file(runner_file(), "");
}

base::Result<std::optional<base::UniqueFd>> OrderDir::lock_as_runner() const {
  const bool leads = ::getsid(0) == ::getpid();
  return try_lock_file(runner_file(), fmt::format("{}{}\n", ::getpid(), leads ? leader_mark : ""));
}

int OrderDir::runner() const {
  return read_runner_file(runner_file()).pid;
}

int OrderDir::session() const {
  const RunnerFile file = read_runner_file(runner_file());
  return file.leads_session ? file.pid : 0;
}

std::string OrderDir::last_words() const {
  constexpr std::size_t limit = 800;
  const std::string words = read_runner_file(runner_file()).words;
  const std::string_view text = base::trim(words);
  return std::string(text.substr(text.size() > limit ? text.size() - limit : 0));
}

base::Result<> OrderDir::write_cancel(std::string_view reason) const {
  return base::write_file_durably(path_ / "cancel", reason);
}

std::optional<std::string> OrderDir::cancel_reason() const {
  auto text = base::read_file(path_ / "cancel");
  return text ? std::optional(std::move(*text)) : std::nullopt;
}

base::Result<> OrderDir::mark_proceed() const {
  return mark("proceed");
}
bool OrderDir::may_proceed() const {
  return has("proceed");
}
base::Result<> OrderDir::mark_interrupted() const {
  if (auto marked = mark("interrupted"); !marked) return marked;
  return base::sync_directory(path_);
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
  // By the user that counts now: a runner that works as another user looks here as root.
  return ::faccessat(AT_FDCWD, (path_ / name).c_str(), F_OK, AT_EACCESS) == 0;
}

base::Result<std::optional<base::UniqueFd>> try_lock_file(const fs::path& file, std::string_view content) {
  base::UniqueFd lock{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (!lock) return base::fail_errno(errno, "cannot open {}", file.string());
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return std::nullopt;
    return base::fail_errno(errno, "cannot lock {}", file.string());
  }
  // The content is for people and for those who look for the holder; the lock itself is what counts.
  if (!content.empty() && ::ftruncate(lock.get(), 0) == 0) (void)base::write_all(lock.get(), content);
  return lock;
}

}  // namespace slipway::agent
