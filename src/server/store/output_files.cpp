#include "server/store/output_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/file.h"
#include "base/unique_fd.h"

namespace slipway::server::store {

base::Result<> OutputFiles::open() {
  return base::make_writable_directory(directory_);
}

base::Result<> OutputFiles::write(const std::string& order_id, std::uint64_t offset, std::string_view bytes) {
  const auto path = directory_ / order_id;
  const base::UniqueFd file{::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
  if (!file) return base::fail_errno(errno, "cannot open {}", path.string());
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return base::fail_errno(errno, "cannot write {}", path.string());
    bytes.remove_prefix(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return {};
}

base::Result<> OutputFiles::sync(const std::string& order_id) {
  const auto path = directory_ / order_id;
  const base::UniqueFd file{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
  if (!file)
    return errno == ENOENT ? base::Result<>{} : base::fail_errno(errno, "cannot open {}", path.string());
  if (::fdatasync(file.get()) != 0) return base::fail_errno(errno, "cannot flush {}", path.string());
  return {};
}

base::Result<> OutputFiles::remove(const std::string& order_id) {
  const auto path = directory_ / order_id;
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    return base::fail_errno(errno, "cannot remove {}", path.string());
  return {};
}

base::Result<std::string> OutputFiles::read(const std::string& order_id, std::uint64_t offset,
                                            std::size_t length) const {
  const auto path = directory_ / order_id;
  const base::UniqueFd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file && errno == ENOENT) return std::string{};
  if (!file) return base::fail_errno(errno, "cannot open {}", path.string());
  std::string bytes(length, '\0');
  std::size_t filled = 0;
  while (filled < length) {
    const ssize_t got =
        ::pread(file.get(), bytes.data() + filled, length - filled, static_cast<off_t>(offset + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return base::fail_errno(errno, "cannot read {}", path.string());
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace slipway::server::store
