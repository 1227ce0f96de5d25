#include "server/store/store.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <thread>

#include "base/file.h"
#include "base/text.h"
#include "json/map.h"
#include "server/store/ledger_rows.h"
#include "server/store/migrations.h"
#include "server/store/past_rows.h"
#include "server/store/rows.h"
#include "server/store/store_impl.h"

namespace slipway::server::store {
namespace {

// Not ours: held by the server that runs.
constexpr auto held_by_another = base::ErrorCode::conflict;
constexpr std::chrono::milliseconds a_moment{30};

base::Result<base::UniqueFd> lock_directory(const fs::path& directory, int patience) {
  const fs::path file = directory / "server.lock";
  base::UniqueFd lock{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (!lock) return base::fail_errno(errno, "cannot open {}", file.string());
  // A command that brings the schema up to date has it for a moment.
  for (int tries = 0; tries < patience; ++tries) {
    if (tries > 0) std::this_thread::sleep_for(a_moment);
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) return lock;
  }
  return base::fail(
      held_by_another,
      "another server uses the data directory {}: stop it, or give this one another \"data_dir\"",
      directory.string());
}

// Who has the lock may be about to bring the schema up to date.
base::Result<> wait_for_schema(soci::session& sql) {
  constexpr int patience = 30;
  base::Result<> ready = check_schema(sql);
  for (int tries = 1; !ready && tries < patience; ++tries) {
    std::this_thread::sleep_for(a_moment);
    ready = check_schema(sql);
  }
  return ready;
}

}  // namespace

base::Error database_error(const std::exception& error) {
  return {base::ErrorCode::io, fmt::format("the database slipway.db: {}", error.what())};
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

base::Result<std::unique_ptr<Store>> Store::open(const fs::path& directory) {
  if (auto made = base::make_writable_directory(directory); !made) return std::unexpected(made.error());
  auto lock = lock_directory(directory, 10);
  if (!lock) return std::unexpected(lock.error());
  auto impl = std::make_unique<Impl>(directory);
  impl->lock = std::move(*lock);
  if (auto made = impl->output.open(); !made) return std::unexpected(made.error());
  try {
    impl->configure(directory / "slipway.db");
    if (auto migrated = migrate(impl->sql); !migrated) return std::unexpected(migrated.error());
    impl->read_instance();
  } catch (const std::exception& error) {
    return std::unexpected(database_error(error).context((directory / "slipway.db").string()));
  }
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

base::Result<std::unique_ptr<Store>> Store::open_beside(const fs::path& directory) {
  if (auto made = base::make_writable_directory(directory); !made) return std::unexpected(made.error());
  const auto lock = lock_directory(directory, 1);
  if (!lock && lock.error().code != held_by_another) return std::unexpected(lock.error());
  auto impl = std::make_unique<Impl>(directory);
  try {
    impl->configure(directory / "slipway.db");
    const auto ready = lock ? migrate(impl->sql) : wait_for_schema(impl->sql);
    if (!ready) return std::unexpected(ready.error());
  } catch (const std::exception& error) {
    return std::unexpected(database_error(error).context((directory / "slipway.db").string()));
  }
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

soci::session& Store::session() {
  return impl_->sql;
}

bool Store::changed_by_others() {
  const std::int64_t version = impl_->number("PRAGMA data_version");
  return std::exchange(impl_->data_version, version) != version;
}

std::string Store::instance() const {
  return impl_->instance;
}

std::int64_t Store::last_event_id() {
  return impl_->number("SELECT coalesce(max(id), 0) FROM events");
}
std::int64_t Store::last_deployment_id() {
  return impl_->number("SELECT coalesce(max(id), 0) FROM deployments");
}

base::Result<> Store::write(const Batch& batch) {
  if (auto written = impl_->write_output(batch); !written) return written;
  try {
    impl_->write_rows(batch);
  } catch (const std::exception& error) {
    return std::unexpected(database_error(error));
  }
  return {};
}

std::vector<Deployment> Store::unfinished() {
  return select_deployments(
      impl_->sql,
      {.where = "state IN ('queued', 'running') OR id IN (SELECT deployment_id FROM deployment_nodes "
                "WHERE delivery <> 'settled')",
       .order_and_limit = "ORDER BY id"});
}

std::optional<Deployment> Store::find(std::int64_t id) {
  auto found = select_deployments(impl_->sql, {.where = "id = :number", .number = id});
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

std::vector<Deployment> Store::list(const std::optional<std::vector<std::string>>& apps, int limit,
                                    std::optional<std::int64_t> before) {
  Selection selection{.where = before ? "id < :number" : "1 = 1",
                      .order_and_limit = fmt::format("ORDER BY id DESC LIMIT {}", limit),
                      .number = before.value_or(0)};
  if (apps && apps->size() == 1) {
    selection.where += " AND app = :text";
    selection.text = apps->front();
  } else if (apps) {
    selection.where += " AND app IN (SELECT value FROM json_each(:text))";
    selection.text = boost::json::serialize(json::encode_value(*apps, false));
  }
  return select_deployments(impl_->sql, selection);
}

std::optional<std::string> Store::app_of(std::int64_t deployment) {
  std::string app;
  impl_->sql << "SELECT app FROM deployments WHERE id = :id", soci::use(deployment), soci::into(app);
  return impl_->sql.got_data() ? std::optional(app) : std::nullopt;
}

std::vector<std::pair<std::string, std::int64_t>> Store::last_of_each_app() {
  std::string app;
  std::int64_t id = 0;
  soci::statement statement = (impl_->sql.prepare << "SELECT app, max(id) FROM deployments GROUP BY app",
                               soci::into(app), soci::into(id));
  statement.execute();
  std::vector<std::pair<std::string, std::int64_t>> result;
  while (statement.fetch()) result.emplace_back(app, id);
  return result;
}

std::vector<std::string> Store::settled(const std::string& addr, const std::vector<std::string>& order_ids) {
  std::vector<std::string> found;
  for (const std::string& id : order_ids) {
    int count = 0;
    impl_->sql
        << "SELECT (SELECT count(*) FROM deployment_nodes WHERE order_id = :id AND addr = :addr AND "
           "delivery = 'settled') + (SELECT count(*) FROM replaced_orders WHERE order_id = :id AND addr "
           "= :addr)",
        soci::use(id, "id"), soci::use(addr, "addr"), soci::into(count);
    if (count > 0) found.push_back(id);
  }
  return found;
}

std::vector<std::string> Store::left_behind(const std::string& app) {
  std::string alias;
  soci::statement statement =
      (impl_->sql.prepare
           << "SELECT node.alias FROM deployment_nodes node JOIN (SELECT alias, max(deployment_id) AS id "
              "FROM "
              "deployment_nodes JOIN deployments ON deployments.id = deployment_id WHERE app = :app AND "
              "deployments.started_at IS NOT NULL GROUP BY alias) newest ON newest.alias = node.alias AND "
              "newest.id = "
              "node.deployment_id WHERE node.state = 'offline' AND node.delivery = 'settled' ORDER BY "
              "position",
       soci::use(app), soci::into(alias));
  statement.execute();
  std::vector<std::string> aliases;
  while (statement.fetch()) aliases.push_back(alias);
  return aliases;
}

std::map<std::string, Freeze> Store::freezes() {
  return select_freezes(impl_->sql);
}

LedgerRows Store::ledger() {
  return read_ledger(impl_->sql);
}

Store::EventPage Store::events(std::int64_t after, const EventFilter& filter, int limit,
                               std::size_t max_bytes) {
  EventPage page;
  const std::int64_t newest = last_event_id();
  const auto found = select_events(impl_->sql, after, filter, limit);
  std::size_t bytes = 0;
  for (const auto& event : found) {
    if (event->output) {
      const auto text =
          impl_->output.read(event->output->order_id, event->output->offset, event->output->length);
      event->facts = event->data;
      event->data = output_event_data(event->facts, text.value_or(""));
    }
    bytes += event->data.size();
    page.events.push_back(event);
    page.read_up_to = event->id;
    if (bytes > max_bytes) return page;
  }
  if (static_cast<int>(found.size()) < limit) page.read_up_to = std::max(after, newest);
  return page;
}

base::Result<std::string> Store::read_output(const std::string& order_id, std::uint64_t offset,
                                             std::size_t length) {
  return impl_->output.read(order_id, offset, length);
}

std::vector<Past> Store::past() {
  return select_past(impl_->sql);
}

std::uint64_t Store::used_bytes() {
  return database_bytes(impl_->sql) + kept_output_bytes(impl_->sql);
}

bool Store::remove_events(std::int64_t deployment) {
  return delete_some_events(impl_->sql, deployment);
}

bool Store::remove_output(std::int64_t deployment) {
  const auto name = kept_output(impl_->sql, deployment);
  if (!name) return false;
  if (auto removed = impl_->output.remove(*name); !removed) throw std::runtime_error(removed.error().message);
  mark_output_removed(impl_->sql, deployment, *name);
  return true;
}

void Store::remove_deployment(std::int64_t id) {
  delete_deployment(impl_->sql, id);
}

bool Store::remove_fleet_events(std::optional<base::Time> older_than) {
  return delete_some_fleet_events(impl_->sql, older_than);
}

bool Store::return_pages() {
  return return_some_pages(impl_->sql);
}

std::int64_t Store::events_removed_up_to() {
  return store::events_removed_up_to(impl_->sql);
}

std::optional<base::Time> Store::newest_time() {
  const std::int64_t ms = impl_->number(
      "SELECT coalesce(max(created_at), 0) FROM events WHERE id = (SELECT max(id) FROM events)");
  return ms == 0 ? std::nullopt : std::optional(base::from_unix_ms(ms));
}

std::string output_event_data(const std::string& facts, std::string_view bytes) {
  boost::json::object data = boost::json::parse(facts).as_object();
  data.emplace("text", base::to_utf8(bytes));
  return boost::json::serialize(data);
}

}  // namespace slipway::server::store
