#include "agent/known_servers.h"

#include <algorithm>
#include <sstream>

#include "base/file.h"

namespace slipway::agent {
namespace {

// Keys that follow each other: more than anybody changes in the life of one --trust.
constexpr int longest_chain = 16;

}  // namespace

KnownServers::KnownServers(std::vector<base::Fingerprint> trusted, std::filesystem::path file)
    : trusted_(std::move(trusted)), file_(std::move(file)) {}

// One line for each: "SHA256:… SHA256:…", who announced and what. Without the file nothing was announced.
base::Result<> KnownServers::open() {
  std::error_code ignored;
  if (!std::filesystem::exists(file_, ignored)) return {};
  const auto text = base::read_file(file_, 65'536);
  if (!text) return std::unexpected(text.error());
  std::istringstream words(*text);
  for (std::string by, what; words >> by >> what;) {
    const auto server = base::parse_fingerprint(by);
    const auto next = base::parse_fingerprint(what);
    if (!server || !next)
      return std::unexpected((server ? next.error() : server.error()).context(file_.string()));
    next_[*server] = *next;
  }
  return {};
}

// A chain ends where its beginning is not trusted any more: what was announced by that key is void with it.
bool KnownServers::is_trusted(const base::Fingerprint& server, int depth) const {
  if (std::ranges::find(trusted_, server) != trusted_.end()) return true;
  if (depth == longest_chain) return false;
  return std::ranges::any_of(next_, [&](const auto& announced) {
    return announced.second == server && is_trusted(announced.first, depth + 1);
  });
}

base::Result<> KnownServers::check(const base::Fingerprint& server) const {
  if (is_trusted(server)) return {};
  return base::fail(base::ErrorCode::conflict, "a server with the key {} is not trusted here (--trust)",
                    server.text());
}

base::Result<bool> KnownServers::announced(const base::Fingerprint& server, const base::Fingerprint& next) {
  const auto known = next_.find(server);
  if (known != next_.end() && known->second == next) return false;
  next_[server] = next;
  if (auto written = write(); !written) return std::unexpected(written.error());
  return true;
}

base::Result<> KnownServers::write() const {
  std::string text;
  for (const auto& [server, next] : next_) {
    if (is_trusted(server)) text += server.text() + " " + next.text() + "\n";
  }
  return base::write_file_durably(file_, text);
}

}  // namespace slipway::agent
