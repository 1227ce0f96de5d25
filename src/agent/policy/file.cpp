#include "agent/policy/file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "agent/policy/real_path.h"
#include "agent/policy/user.h"
#include "base/file.h"
#include "base/time_zone.h"

namespace slipway::agent::policy {
namespace {

using base::ErrorCode;

base::Result<> check_owner(const fs::path& path, const struct stat& info) {
  const uid_t us = ::geteuid();
  if (info.st_uid != 0 && info.st_uid != us)
    return base::fail(ErrorCode::invalid,
                      "{} belongs to user {}, who could change what this host allows: chown root {}",
                      path.string(), info.st_uid, path.string());
  const bool sticky = S_ISDIR(info.st_mode) && (info.st_mode & S_ISVTX) != 0;
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0 && !sticky)
    return base::fail(ErrorCode::invalid, "others than its owner may write to {}: chmod go-w {}",
                      path.string(), path.string());
  return {};
}

base::Result<> check_one(const fs::path& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return base::fail_errno(errno, "cannot read {}", path.string());
  return check_owner(path, info);
}

// What stands before the first wildcard, as far as whole names go.
fs::path fixed_part(const std::string& pattern) {
  const std::size_t wild = pattern.find_first_of("*?");
  if (wild == std::string::npos) return pattern;
  return pattern.substr(0, std::max<std::size_t>(pattern.rfind('/', wild), 1));
}

class ThisHost final : public Host {
 public:
  Complaint check_user(const std::string& name) const override {
    if (::geteuid() != 0)
      return "another user needs an agent that runs as root, and this one does not; start it as root, or "
             "remove "
             "\"run_as\"";
    if (!find_user(name)) return fmt::format("there is no user {} on this host", jsonc::in_quotes(name));
    return std::nullopt;
  }

  Complaint check_zone(const std::string& zone) const override {
    const auto clock = base::wall_clock(base::now(), zone);
    return clock ? std::nullopt : Complaint(clock.error().message);
  }

  Complaint check_guarded_file(const std::string& file) const override {
    const auto guarded = check_guarded(file);
    return guarded ? std::nullopt : Complaint(guarded.error().message);
  }

  Complaint check_links(const std::string& pattern) const override {
    const fs::path fixed = fixed_part(pattern);
    const auto real = real_path(fixed);
    if (!real || *real == fixed) return std::nullopt;
    return fmt::format("{} leads to {}, and paths are judged by where they lead to: write that one",
                       jsonc::in_quotes(fixed.string()), jsonc::in_quotes(real->string()));
  }
};

}  // namespace

base::Result<> check_guarded(const fs::path& file) {
  if (auto good = check_one(file); !good) return good;
  std::error_code error;
  // Who may write to a folder may put another file, or another folder, in the place of this one.
  fs::path folder = fs::canonical(file, error);
  if (error) return base::fail(ErrorCode::io, "cannot read {}: {}", file.string(), error.message());
  while (folder.has_relative_path()) {
    folder = folder.parent_path();
    if (auto good = check_one(folder); !good) return good;
  }
  return {};
}

base::Result<Loaded> load_policy(const fs::path& file) {
  if (auto guarded = check_guarded(file); !guarded) return std::unexpected(guarded.error());
  const auto text = base::read_file(file, max_file_bytes);
  if (!text) return std::unexpected(text.error());
  Loaded loaded = parse_policy(*text, ThisHost());
  loaded.policy.file = file;
  return loaded;
}

}  // namespace slipway::agent::policy
