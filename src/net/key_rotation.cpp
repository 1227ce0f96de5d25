#include "net/key_rotation.h"

#include "base/file.h"
#include "base/text.h"

namespace slipway::net {
namespace {

using base::ErrorCode;

constexpr std::size_t max_time = 100;

base::Result<base::Time> read_time(const fs::path& file) {
  const auto text = base::read_file(file, max_time);
  if (!text) return std::unexpected(text.error());
  const auto time = base::parse_rfc3339(base::trim(*text));
  if (!time)
    return base::fail(ErrorCode::invalid, "{} holds no time; remove the folder to give the next key up",
                      file.string());
  return *time;
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

base::Result<> move_over(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (!error) return {};
  return base::fail(ErrorCode::io, "cannot move {} to {}: {}", from.string(), to.string(), error.message());
}

}  // namespace

base::Result<std::optional<NextIdentity>> next_identity(const fs::path& directory) {
  const fs::path next = directory / "next";
  // A stop in the middle of taking it leaves it without its key: it has taken over.
  if (!is_there(next / "from") || !is_there(next / "key.pem")) return std::nullopt;
  auto identity = open_identity(next);
  if (!identity) return std::unexpected(identity.error());
  const auto from = read_time(next / "from");
  if (!from) return std::unexpected(from.error());
  return NextIdentity{std::move(*identity), *from};
}

base::Result<NextIdentity> prepare_next_identity(const fs::path& directory, base::Time from) {
  if (auto present = open_identity(directory); !present) return std::unexpected(present.error());
  auto identity = open_identity(directory / "next");
  if (!identity) return std::unexpected(identity.error());
  // Written last: without it there is no next key.
  if (auto kept = base::write_file_durably(directory / "next" / "from", base::to_rfc3339(from) + "\n"); !kept)
    return std::unexpected(kept.error());
  return NextIdentity{std::move(*identity), from};
}

// A stop after any step leaves either key, and never a key with the certificate of another.
base::Result<> take_next_identity(const fs::path& directory) {
  const fs::path next = directory / "next";
  std::error_code ignored;
  fs::remove(directory / "certificate.pem", ignored);
  if (auto moved = move_over(next / "key.pem", directory / "key.pem"); !moved) return moved;
  fs::remove_all(next, ignored);
  return base::sync_directory(directory);
}

base::Result<Identity> open_identity_of_now(const fs::path& directory) {
  const auto next = next_identity(directory);
  if (!next) return std::unexpected(next.error());
  if (*next && (*next)->from <= base::now()) {
    if (auto taken = take_next_identity(directory); !taken) return std::unexpected(taken.error());
  }
  return open_identity(directory);
}

}  // namespace slipway::net
