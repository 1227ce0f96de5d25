#include "agent/policy/real_path.h"

#include <sys/stat.h>

#include <cerrno>
#include <deque>
#include <string>

namespace slipway::agent::policy {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

constexpr int most_links = 40;

class Walk {
 public:
  base::Result<fs::path> along(const fs::path& path) {
    put_in_front(path);
    while (!ahead_.empty()) {
      const std::string name = std::move(ahead_.front());
      ahead_.pop_front();
      if (auto gone = step(name); !gone) return std::unexpected(gone.error());
    }
    return here_;
  }

 private:
  void put_in_front(const fs::path& path) {
    if (path.is_absolute()) here_ = "/";
    std::deque<std::string> names;
    for (const fs::path& name : path.relative_path()) names.push_back(name.string());
    ahead_.insert(ahead_.begin(), names.begin(), names.end());
  }

  base::Result<> step(const std::string& name) {
    if (name.empty() || name == ".") return {};
    if (name == "..") {
      if (missing_)
        return base::fail(ErrorCode::invalid, "\"..\" behind {}, which is missing", here_.string());
      here_ = here_.parent_path();
      return {};
    }
    const fs::path next = here_ / name;
    struct stat info{};
    if (missing_ || ::lstat(next.c_str(), &info) != 0) return step_into_nothing(next);
    if (!S_ISLNK(info.st_mode)) {
      here_ = next;
      return {};
    }
    return follow(next);
  }

  base::Result<> step_into_nothing(const fs::path& next) {
    if (!missing_ && errno != ENOENT) return base::fail_errno(errno, "{}", next.string());
    missing_ = true;
    here_ = next;
    return {};
  }

  base::Result<> follow(const fs::path& link) {
    if (++links_ > most_links) return base::fail(ErrorCode::invalid, "{}: too many links", link.string());
    std::error_code error;
    const fs::path to = fs::read_symlink(link, error);
    if (error) return base::fail(ErrorCode::io, "{}: {}", link.string(), error.message());
    put_in_front(to);
    return {};
  }

  fs::path here_ = "/";
  std::deque<std::string> ahead_;
  bool missing_ = false;
  int links_ = 0;
};

}  // namespace

base::Result<fs::path> real_path(const fs::path& path) {
  if (!path.is_absolute()) return base::fail(ErrorCode::invalid, "{} is not absolute", path.string());
  return Walk().along(path);
}

}  // namespace slipway::agent::policy
