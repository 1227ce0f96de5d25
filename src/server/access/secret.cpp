#include "server/access/secret.h"

#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "server/access/crypto.h"

namespace slipway::server::access {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t secret_bytes = 32;
constexpr std::size_t least_characters = 16;

base::Result<> check_private(const fs::path& file) {
  struct stat status{};
  if (::stat(file.c_str(), &status) != 0) return base::fail_errno(errno, "cannot look at {}", file.string());
  if ((status.st_mode & 077U) == 0) return {};
  return base::fail(
      base::ErrorCode::conflict,
      "{} can be read by others, who can then be everybody: remove it, and the next start makes "
      "a new one (everybody has to log in again)",
      file.string());
}

base::Result<std::string> read_secret(const fs::path& file) {
  if (auto checked = check_private(file); !checked) return std::unexpected(checked.error());
  const auto text = base::read_file(file, 4096);
  if (!text) return std::unexpected(text.error());
  std::string secret{base::trim(*text)};
  if (secret.size() >= least_characters) return secret;
  return base::fail(base::ErrorCode::conflict,
                    "{} holds no secret: remove it, and the next start makes a new one", file.string());
}

}  // namespace

base::Result<std::string> signing_secret(const std::string& configured, const fs::path& data_dir,
                                         const base::Logger& log) {
  if (!configured.empty()) return configured;
  const fs::path file = data_dir / "jwt_secret";
  std::error_code ignored;
  if (fs::exists(file, ignored)) return read_secret(file);
  std::string secret = random_text(secret_bytes);
  if (auto written = base::write_file_durably(file, secret + "\n"); !written)
    return std::unexpected(written.error());
  log->info("\"jwt_secret\" is empty: sessions are signed with a random one, kept in {}", file.string());
  return secret;
}

}  // namespace slipway::server::access
