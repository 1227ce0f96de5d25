#include "apps/server/command.h"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

namespace slipway::apps {

int with_store(const server::config::Config& config,
               const std::function<base::Result<>(server::store::Store&)>& function) {
  auto store = server::store::Store::open_beside(config.data_dir);
  base::Result<> done;
  try {
    done = store ? function(**store) : std::unexpected(store.error());
  } catch (const std::exception& error) {
    done = std::unexpected(server::store::database_error(error));
  }
  if (done) return 0;
  return failed(done.error());
}

int failed(const base::Error& error) {
  std::cerr << error.message << '\n';
  return 2;
}

std::string local_user() {
  const passwd* entry = ::getpwuid(::getuid());
  std::string name = entry != nullptr ? entry->pw_name : "uid " + std::to_string(::getuid());
  const char* before_sudo = std::getenv("SUDO_USER");
  return before_sudo != nullptr && *before_sudo != '\0' ? fmt::format("{} (sudo by {})", name, before_sudo)
                                                        : name;
}

server::access::AuditEntry done_here(std::string what, std::string target, std::string detail) {
  return {.at = base::now(),
          .who = local_user(),
          .via = "command line",
          .what = std::move(what),
          .target = std::move(target),
          .result = "done",
          .detail = std::move(detail)};
}

}  // namespace slipway::apps
