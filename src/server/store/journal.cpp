#include "server/store/journal.h"

#include "base/text.h"
#include "json/map.h"

namespace slipway::server::store {
namespace {

// One output event holds at most this much: a page can be read in steps, and a browser's memory is not filled
// by one line.
constexpr std::size_t max_event_output = std::size_t{32} << 10U;

boost::json::value time_or_null(const std::optional<base::Time>& time) {
  if (!time) return nullptr;
  return boost::json::string(base::to_rfc3339(*time));
}

boost::json::value waiting_or_null(const std::optional<Waiting>& waiting) {
  if (!waiting) return nullptr;
  return boost::json::object{{"until", time_or_null(waiting->until)}};
}

// What a running deployment does with its nodes.
boost::json::value phase_or_null(const Deployment& deployment) {
  if (deployment.state != DeploymentState::running) return nullptr;
  if (deployment.undoing) return "undo";
  return deployment.plan.prepare_first && !deployment.prepared ? "prepare" : "deploy";
}

template <class T>
boost::json::value or_null(const std::optional<T>& value) {
  return json::encode_value(value, true);
}

}  // namespace

boost::json::value to_json(const std::optional<Freeze>& freeze) {
  if (!freeze) return nullptr;
  return boost::json::object{
      {"reason", freeze->reason}, {"by", freeze->by}, {"since", base::to_rfc3339(freeze->since)}};
}

boost::json::object to_json(const DeploymentNode& node) {
  return {{"alias", node.alias},
          {"state", name_of(node.state)},
          {"step", or_null(node.step)},
          {"exit_code", or_null(node.exit_code)},
          {"reason", node.reason ? boost::json::value(base::mask_credentials(*node.reason)) : nullptr},
          {"steps", json::encode_value(node.steps, true)},
          {"revision_before", or_null(node.revision_before)},
          {"revision_after", or_null(node.revision_after)},
          {"started_at", time_or_null(node.started_at)},
          {"finished_at", time_or_null(node.finished_at)},
          {"output_bytes", node.output_bytes},
          {"output_removed", node.output_removed && node.output_bytes > 0},
          {"wave", node.wave},
          {"undo", node.undo}};
}

boost::json::object summary_json(const Deployment& deployment) {
  return {{"id", deployment.id},
          {"app", deployment.app},
          {"action", deployment.action},
          {"revision", deployment.revision},
          {"requested_revision", or_null(deployment.requested_revision)},
          {"state", name_of(deployment.state)},
          {"note", deployment.note},
          {"by", deployment.by},
          {"retry_of", or_null(deployment.retry_of)},
          {"cancel_requested", deployment.cancel_requested},
          {"rollout", config::to_json(deployment.plan)},
          {"wave", deployment.wave},
          {"waiting", waiting_or_null(deployment.waiting)},
          {"phase", phase_or_null(deployment)},
          {"stop_reason", or_null(deployment.stop_reason)},
          {"created_at", base::to_rfc3339(deployment.created_at)},
          {"started_at", time_or_null(deployment.started_at)},
          {"finished_at", time_or_null(deployment.finished_at)}};
}

boost::json::object to_json(const Deployment& deployment) {
  boost::json::object result = summary_json(deployment);
  boost::json::array nodes;
  for (const DeploymentNode& node : deployment.nodes) nodes.push_back(to_json(node));
  result.emplace("nodes", std::move(nodes));
  return result;
}

Journal::Journal(asio::any_io_executor executor, Database& database, EventLog& events, base::Logger log,
                 std::function<void(base::Error)> failed)
    : executor_(executor),
      database_(database),
      events_(events),
      log_(std::move(log)),
      failed_(std::move(failed)),
      next_event_(events.last_id() + 1),
      wake_(executor),
      tasks_(executor) {}

void Journal::start() {
  tasks_.spawn(write_loop());
}

asio::awaitable<void> Journal::stop() {
  stopping_ = true;
  wake_.notify();
  co_await tasks_.join();
}

void Journal::add_event(std::optional<std::int64_t> deployment, std::string type, std::string data) {
  // Output that came before must be told before.
  flush_output();
  auto event = std::make_shared<Event>();
  event->id = next_event_++;
  event->deployment = deployment;
  event->type = std::move(type);
  event->data = std::move(data);
  batch_.events.push_back(std::move(event));
  wake_.notify();
}

void Journal::taken_up(const Deployment& deployment) {
  for (const DeploymentNode& node : deployment.nodes) ledger_.take(deployment, node, batch_.ledger);
}

void Journal::created(const Deployment& deployment) {
  batch_.created.push_back(deployment);
  add_event(deployment.id, "deployment",
            boost::json::serialize(boost::json::object{{"deployment", summary_json(deployment)}}));
  for (const DeploymentNode& node : deployment.nodes) changed(deployment, node, true);
}

void Journal::changed(const Deployment& deployment) {
  batch_.deployments.push_back(deployment);
  batch_.deployments.back().nodes.clear();
  ledger_.take(deployment, batch_.ledger);
  add_event(deployment.id, "deployment",
            boost::json::serialize(boost::json::object{{"deployment", summary_json(deployment)}}));
}

void Journal::changed(const Deployment& deployment, const DeploymentNode& node, bool tell) {
  const auto [row, is_new] = node_rows_.try_emplace(node.order_id, batch_.nodes.size());
  if (is_new)
    batch_.nodes.push_back({deployment.id, node});
  else
    batch_.nodes[row->second].node = node;
  ledger_.take(deployment, node, batch_.ledger);
  wake_.notify();
  if (!tell) return;
  add_event(deployment.id, "deployment_node",
            boost::json::serialize(boost::json::object{
                {"deployment_id", deployment.id}, {"app", deployment.app}, {"node", to_json(node)}}));
}

void Journal::replaced(const Deployment& deployment, const DeploymentNode& node,
                       const std::string& old_order) {
  batch_.replaced.push_back({{deployment.id, node}, old_order});
  changed(deployment, node, true);
}

void Journal::output(const Deployment& deployment, const DeploymentNode& node, std::string_view step,
                     std::string_view stream, std::uint64_t offset, std::string_view bytes) {
  const bool joins = pending_.order_id == node.output_name() && pending_.step == step &&
                     pending_.stream == stream && pending_.offset + pending_.bytes.size() == offset &&
                     pending_.bytes.size() + bytes.size() <= max_event_output;
  if (!joins) {
    flush_output();
    pending_ = {
        deployment.id, node.output_name(), node.alias, std::string(step), std::string(stream), offset, {}};
  }
  pending_.bytes += bytes;
  wake_.notify();
}

void Journal::flush_output() {
  if (pending_.bytes.empty()) return;
  auto event = std::make_shared<Event>();
  event->id = next_event_++;
  event->deployment = pending_.deployment;
  event->type = "output";
  event->facts = boost::json::serialize(boost::json::object{{"deployment_id", pending_.deployment},
                                                            {"alias", pending_.alias},
                                                            {"step", pending_.step},
                                                            {"stream", pending_.stream},
                                                            {"offset", pending_.offset},
                                                            {"length", pending_.bytes.size()}});
  event->data = output_event_data(event->facts, pending_.bytes);
  event->output = OutputPlace{pending_.order_id, pending_.offset, pending_.bytes.size()};
  batch_.events.push_back(std::move(event));
  batch_.output.push_back({pending_.order_id, pending_.offset, std::move(pending_.bytes)});
  pending_ = {};
}

void Journal::node(std::string data) {
  add_event(std::nullopt, "node", std::move(data));
}

void Journal::frozen(const std::string& app, const std::optional<Freeze>& freeze) {
  batch_.freezes[app] = freeze;
  add_event(std::nullopt, "app",
            boost::json::serialize(boost::json::object{{"app", app}, {"frozen", to_json(freeze)}}));
}

void Journal::config_changed(const std::vector<std::string>& changes) {
  add_event(std::nullopt, "config",
            boost::json::serialize(boost::json::object{{"changes", json::encode_value(changes, false)}}));
}

void Journal::when_committed(std::function<void()> then) {
  then_.push_back(std::move(then));
  wake_.notify();
}

asio::awaitable<void> Journal::committed() {
  auto done = std::make_shared<bool>(false);
  auto reached = std::make_shared<async::Event>(executor_);
  when_committed([done, reached] {
    *done = true;
    reached->notify();
  });
  while (!*done) co_await reached->wait();
}

asio::awaitable<void> Journal::write_loop() {
  for (;;) {
    flush_output();
    if (batch_.empty() && then_.empty()) {
      if (stopping_) co_return;
      co_await wake_.wait();
      continue;
    }
    auto batch = std::make_shared<const Batch>(std::exchange(batch_, {}));
    auto then = std::exchange(then_, {});
    node_rows_.clear();
    if (!batch->empty()) {
      const auto written = co_await database_.run([batch](Store& store) { return store.write(*batch); });
      if (!written) {
        log_->critical("what happened cannot be stored: {}", written.error().message);
        failed_(written.error());
        co_return;
      }
      events_.publish(batch->events);
    }
    for (const auto& call : then) call();
  }
}

}  // namespace slipway::server::store
