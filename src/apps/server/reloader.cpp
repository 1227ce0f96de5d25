#include "apps/server/reloader.h"

namespace slipway::apps {

namespace config = server::config;

Reloader::Reloader(std::filesystem::path file, config::Loaded in_force, config::Current& current,
                   server::store::Database& database, base::Logger log, Applied applied)
    : file_(std::move(file)),
      in_force_(std::move(in_force)),
      current_(current),
      database_(database),
      log_(std::move(log)),
      applied_(std::move(applied)) {}

boost::asio::awaitable<config::Reload> Reloader::reload() {
  // Its thread is the one that may wait for a disk.
  auto loaded =
      co_await database_.run([file = file_](server::store::Store&) { return config::load_config(file); });
  if (!loaded) {
    config::Reload unreadable{.problems = {{.text = loaded.error().message}}};
    tell(unreadable);
    co_return unreadable;
  }
  co_return take(std::move(*loaded));
}

config::Reload Reloader::take(config::Loaded wanted) {
  config::Reload reload = config::plan_reload(in_force_, wanted);
  tell(reload);
  for (const config::Problem& problem : wanted.problems) {
    if (problem.warning) log_->warn("{}", config::describe(problem, file_));
  }
  if (!reload.possible()) return reload;
  current_.replace(wanted.config);
  in_force_ = std::move(wanted);
  if (!reload.changes.empty()) applied_(reload.changes);
  return reload;
}

void Reloader::tell(const config::Reload& reload) const {
  for (const config::Problem& problem : reload.problems) log_->error("{}", config::describe(problem, file_));
  if (!reload.possible())
    return log_->error("{} was not reloaded: what was in force stays so", file_.string());
  for (const std::string& change : reload.changes) log_->info("{}: {}", file_.filename().string(), change);
  log_->info("{} was reloaded: {} changes", file_.string(), reload.changes.size());
}

}  // namespace slipway::apps
