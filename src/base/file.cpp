#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/unique_fd.h"

namespace slipway::base {

Result<std::string> read_file(const fs::path& path, std::size_t max_bytes) {
  const UniqueFd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file) return fail_errno(errno, "cannot open {}", path.string());
  std::string content;
  char buffer[16384];
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
    if (got == 0) return content;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno(errno, "cannot read {}", path.string());
    content.append(buffer, static_cast<std::size_t>(got));
    if (content.size() > max_bytes) {
      return fail(ErrorCode::invalid, "{} is larger than {} bytes", path.string(), max_bytes);
    }
  }
}

Result<> write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_errno(errno, "cannot write");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<> write_file_durably(const fs::path& path, std::string_view content) {
  const fs::path part = path.string() + ".part";
  {
    const UniqueFd file{::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
    if (!file) return fail_errno(errno, "cannot create {}", part.string());
    if (auto written = write_all(file.get(), content); !written) {
      return std::unexpected(written.error().context(part.string()));
    }
    if (::fsync(file.get()) != 0) return fail_errno(errno, "cannot flush {}", part.string());
  }
  if (::rename(part.c_str(), path.c_str()) != 0) return fail_errno(errno, "cannot rename {}", part.string());
  return sync_directory(path.has_parent_path() ? path.parent_path() : ".");
}

Result<> sync_directory(const fs::path& path) {
  const UniqueFd directory{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!directory) return fail_errno(errno, "cannot open {}", path.string());
  if (::fsync(directory.get()) != 0) return fail_errno(errno, "cannot flush {}", path.string());
  return {};
}

Result<> make_writable_directory(const fs::path& path) {
  const mode_t old_mask = ::umask(0077);
  std::error_code error;
  fs::create_directories(path, error);
  ::umask(old_mask);
  if (error) return fail(ErrorCode::io, "cannot make the directory {}: {}", path.string(), error.message());
  // access(2) would do for a plain user, but says yes to root on a read-only file system's behalf.
  std::string probe = (path / ".probe-XXXXXX").string();
  const UniqueFd file{::mkostemp(probe.data(), O_CLOEXEC)};
  if (!file) return fail_errno(errno, "cannot write in the directory {}", path.string());
  ::unlink(probe.c_str());
  return {};
}

}  // namespace slipway::base
