#include "server/store/rows.h"

#include "json/map.h"
#include "server/store/sql.h"

namespace slipway::server::store {
namespace {

using soci::into;
using soci::use;
using Number = std::int64_t;
using OptionalNumber = std::optional<Number>;
using OptionalText = std::optional<std::string>;

template <class Enum>
Enum to_enum(const std::string& name) {
  Enum value{};
  boost::describe::enum_from_string(name.c_str(), value);
  return value;
}

std::string plan_text(const config::Rollout& plan) {
  return boost::json::serialize(config::to_json(plan));
}

// What a newer version wrote and this one does not know is left at its default.
config::Rollout plan_from(const std::string& text) {
  config::Rollout plan;
  if (const auto values = json::parse_object(text)) {
    for (const auto& [key, from] : *values) (void)config::set(plan, key, from);
  }
  return plan;
}

std::string steps_text(const std::vector<Step>& steps) {
  return boost::json::serialize(json::encode_value(steps, false));
}

std::vector<Step> steps_from(const std::string& text) {
  const auto parsed = json::parse(text);
  auto steps = parsed ? json::decode<std::vector<Step>>(*parsed) : base::Result<std::vector<Step>>{};
  return steps ? std::move(*steps) : std::vector<Step>{};
}

// A node as the columns hold it. SOCI binds references, so the values need a place.
struct NodeColumns {
  std::string alias, order_id, addr, order_json, delivery, state, steps, first_order;
  Number spool_offset = 0, output_bytes = 0;
  int wave = 0, undo = 0, output_removed = 0;
  OptionalText step, reason, before, after;
  OptionalNumber exit_code, started_at, finished_at;

  NodeColumns() = default;
  explicit NodeColumns(const DeploymentNode& node)
      : alias(node.alias),
        order_id(node.order_id),
        addr(node.addr),
        order_json(node.order),
        delivery(name_of(node.delivery)),
        state(name_of(node.state)),
        steps(steps_text(node.steps)),
        first_order(node.first_order),
        spool_offset(static_cast<Number>(node.spool_offset)),
        output_bytes(static_cast<Number>(node.output_bytes)),
        wave(node.wave),
        undo(node.undo ? 1 : 0),
        step(node.step),
        reason(node.reason),
        before(node.revision_before),
        after(node.revision_after),
        exit_code(node.exit_code),
        started_at(to_ms(node.started_at)),
        finished_at(to_ms(node.finished_at)) {}

  DeploymentNode node() const {
    DeploymentNode result;
    result.alias = alias;
    result.state = to_enum<NodeState>(state);
    result.step = step;
    result.exit_code = exit_code;
    result.reason = reason;
    result.steps = steps_from(steps);
    result.revision_before = before;
    result.revision_after = after;
    result.started_at = from_ms(started_at);
    result.finished_at = from_ms(finished_at);
    result.output_bytes = static_cast<std::uint64_t>(output_bytes);
    result.output_removed = output_removed != 0;
    result.wave = wave;
    result.undo = undo != 0;
    result.first_order = first_order;
    result.order_id = order_id;
    result.addr = addr;
    result.order = order_json;
    result.delivery = to_enum<Delivery>(delivery);
    result.spool_offset = static_cast<std::uint64_t>(spool_offset);
    return result;
  }
};

std::vector<DeploymentNode> select_nodes(soci::session& sql, Number deployment) {
  NodeColumns c;
  soci::statement statement =
      (sql.prepare
           << "SELECT alias, order_id, addr, order_json, delivery, state, steps, spool_offset, "
              "output_bytes, step, "
              "reason, revision_before, revision_after, exit_code, started_at, finished_at, wave, undo, "
              "first_order, output_removed FROM deployment_nodes WHERE deployment_id = :id ORDER BY position",
       use(deployment), into(c.alias), into(c.order_id), into(c.addr), into(c.order_json), into(c.delivery),
       into(c.state), into(c.steps), into(c.spool_offset), into(c.output_bytes), into(c.step), into(c.reason),
       into(c.before), into(c.after), into(c.exit_code), into(c.started_at), into(c.finished_at),
       into(c.wave), into(c.undo), into(c.first_order), into(c.output_removed));
  statement.execute();
  std::vector<DeploymentNode> nodes;
  while (statement.fetch()) nodes.push_back(c.node());
  return nodes;
}

}  // namespace

void insert(soci::session& sql, const Deployment& deployment) {
  const std::string state = name_of(deployment.state);
  const int cancel = deployment.cancel_requested ? 1 : 0;
  const Number created = base::to_unix_ms(deployment.created_at);
  const OptionalNumber started = to_ms(deployment.started_at);
  const OptionalNumber finished = to_ms(deployment.finished_at);
  const Number id = deployment.id;
  const std::string plan = plan_text(deployment.plan);
  sql << "INSERT INTO deployments (id, app, action, revision, requested_revision, state, note, "
         "cancel_requested, created_at, "
         "finished_at, plan, wave, continued, who, retry_of, started_at) VALUES (:id, :app, :action, "
         ":revision, :requested, :state, :note, :cancel, :created, :finished, :plan, :wave, :continued, "
         ":who, "
         ":retry_of, :started)",
      use(id), use(deployment.app), use(deployment.action), use(deployment.revision),
      use(deployment.requested_revision), use(state), use(deployment.note), use(cancel), use(created),
      use(finished), use(plan), use(deployment.wave), use(deployment.continued), use(deployment.by),
      use(deployment.retry_of), use(started);
  for (std::size_t position = 0; position < deployment.nodes.size(); ++position) {
    insert(sql, id, static_cast<Number>(position), deployment.nodes[position]);
  }
}

void update(soci::session& sql, const Deployment& deployment) {
  const std::string state = name_of(deployment.state);
  const int cancel = deployment.cancel_requested ? 1 : 0;
  const int prepared = deployment.prepared ? 1 : 0;
  const int undoing = deployment.undoing ? 1 : 0;
  const OptionalNumber started = to_ms(deployment.started_at);
  const OptionalNumber finished = to_ms(deployment.finished_at);
  const Number id = deployment.id;
  sql << "UPDATE deployments SET state = :state, cancel_requested = :cancel, started_at = :started, "
         "finished_at = :finished, wave = :wave, continued = :continued, prepared = :prepared, undoing = "
         ":undoing, stop_reason = :stop_reason WHERE id = :id",
      use(state), use(cancel), use(started), use(finished), use(deployment.wave), use(deployment.continued),
      use(prepared), use(undoing), use(deployment.stop_reason), use(id);
}

void insert(soci::session& sql, Number deployment, Number position, const DeploymentNode& node) {
  const NodeColumns c(node);
  sql << "INSERT INTO deployment_nodes (deployment_id, position, alias, order_id, addr, order_json, "
         "delivery, spool_offset, "
         "output_bytes, state, step, exit_code, reason, steps, revision_before, revision_after, started_at, "
         "finished_at, wave) "
         "VALUES (:deployment, :position, :alias, :order_id, :addr, :order_json, :delivery, :spool_offset, "
         ":output_bytes, :state, "
         ":step, :exit_code, :reason, :steps, :before, :after, :started, :finished, :wave)",
      use(deployment), use(position), use(c.alias), use(c.order_id), use(c.addr), use(c.order_json),
      use(c.delivery), use(c.spool_offset), use(c.output_bytes), use(c.state), use(c.step), use(c.exit_code),
      use(c.reason), use(c.steps), use(c.before), use(c.after), use(c.started_at), use(c.finished_at),
      use(c.wave);
}

void update(soci::session& sql, Number deployment, const DeploymentNode& node) {
  const NodeColumns c(node);
  sql << "UPDATE deployment_nodes SET delivery = :delivery, spool_offset = :spool_offset, output_bytes = "
         ":output_bytes, "
         "state = :state, step = :step, exit_code = :exit_code, reason = :reason, steps = :steps, "
         "revision_before = :before, "
         "revision_after = :after, started_at = :started, finished_at = :finished "
         "WHERE deployment_id = :deployment AND alias = :alias",
      use(c.delivery), use(c.spool_offset), use(c.output_bytes), use(c.state), use(c.step), use(c.exit_code),
      use(c.reason), use(c.steps), use(c.before), use(c.after), use(c.started_at), use(c.finished_at),
      use(deployment), use(c.alias);
}

void replace_order(soci::session& sql, Number deployment, const DeploymentNode& node,
                   const std::string& old_order) {
  const NodeColumns c(node);
  sql << "INSERT INTO replaced_orders (order_id, deployment_id, addr) VALUES (:order, :deployment, :addr)",
      use(old_order), use(deployment), use(c.addr);
  sql << "UPDATE deployment_nodes SET order_id = :order, order_json = :json, undo = :undo, first_order = "
         ":first WHERE deployment_id = :deployment AND alias = :alias",
      use(c.order_id), use(c.order_json), use(c.undo), use(c.first_order), use(deployment), use(c.alias);
}

void insert(soci::session& sql, const Event& event) {
  const Number id = event.id;
  const OptionalNumber deployment = event.deployment;
  const Number now = base::to_unix_ms(base::now());
  const std::string& data = event.output ? event.facts : event.data;
  OptionalText order;
  OptionalNumber offset;
  OptionalNumber length;
  if (event.output) {
    order = event.output->order_id;
    offset = static_cast<Number>(event.output->offset);
    length = static_cast<Number>(event.output->length);
  }
  sql << "INSERT INTO events (id, deployment_id, type, data, created_at, order_id, output_offset, "
         "output_length) "
         "VALUES (:id, :deployment, :type, :data, :created, :order, :offset, :length)",
      use(id), use(deployment), use(event.type), use(data), use(now), use(order), use(offset), use(length);
}

void set_freeze(soci::session& sql, const std::string& app, const std::optional<Freeze>& freeze) {
  sql << "DELETE FROM freezes WHERE app = :app", use(app);
  if (!freeze) return;
  const Number since = base::to_unix_ms(freeze->since);
  sql << "INSERT INTO freezes (app, reason, who, since) VALUES (:app, :reason, :who, :since)", use(app),
      use(freeze->reason), use(freeze->by), use(since);
}

std::map<std::string, Freeze> select_freezes(soci::session& sql) {
  std::string app;
  Freeze freeze;
  Number since = 0;
  soci::statement statement = (sql.prepare << "SELECT app, reason, who, since FROM freezes", into(app),
                               into(freeze.reason), into(freeze.by), into(since));
  statement.execute();
  std::map<std::string, Freeze> found;
  while (statement.fetch()) {
    freeze.since = base::from_unix_ms(since);
    found[app] = freeze;
  }
  return found;
}

std::vector<Deployment> select_deployments(soci::session& sql, const Selection& selection) {
  Deployment d;
  std::string state;
  std::string plan;
  int cancel = 0;
  int prepared = 0;
  int undoing = 0;
  Number created = 0;
  OptionalNumber started;
  OptionalNumber finished;
  soci::statement statement(sql);
  statement.alloc();
  statement.prepare(
      "SELECT id, app, action, revision, requested_revision, state, note, cancel_requested, created_at, "
      "finished_at, plan, wave, continued, who, retry_of, prepared, undoing, stop_reason, started_at "
      "FROM deployments WHERE " +
      selection.where + " " + selection.order_and_limit);
  if (selection.where.find(":text") != std::string::npos) statement.exchange(use(selection.text, "text"));
  if (selection.where.find(":number") != std::string::npos)
    statement.exchange(use(selection.number, "number"));
  statement.exchange(into(d.id));
  statement.exchange(into(d.app));
  statement.exchange(into(d.action));
  statement.exchange(into(d.revision));
  statement.exchange(into(d.requested_revision));
  statement.exchange(into(state));
  statement.exchange(into(d.note));
  statement.exchange(into(cancel));
  statement.exchange(into(created));
  statement.exchange(into(finished));
  statement.exchange(into(plan));
  statement.exchange(into(d.wave));
  statement.exchange(into(d.continued));
  statement.exchange(into(d.by));
  statement.exchange(into(d.retry_of));
  statement.exchange(into(prepared));
  statement.exchange(into(undoing));
  statement.exchange(into(d.stop_reason));
  statement.exchange(into(started));
  statement.define_and_bind();
  statement.execute();
  std::vector<Deployment> found;
  while (statement.fetch()) {
    d.state = to_enum<DeploymentState>(state);
    d.cancel_requested = cancel != 0;
    d.prepared = prepared != 0;
    d.undoing = undoing != 0;
    d.created_at = base::from_unix_ms(created);
    d.started_at = from_ms(started);
    d.finished_at = from_ms(finished);
    d.plan = plan_from(plan);
    found.push_back(d);
  }
  for (Deployment& deployment : found) deployment.nodes = select_nodes(sql, deployment.id);
  return found;
}

std::vector<std::shared_ptr<Event>> select_events(soci::session& sql, Number after, const EventFilter& filter,
                                                  int limit) {
  const std::string where =
      filter.deployment ? "deployment_id = :deployment AND id > :after" : "type <> 'output' AND id > :after";
  Event e;
  OptionalText order;
  OptionalNumber offset;
  OptionalNumber length;
  const Number deployment = filter.deployment.value_or(0);
  soci::statement statement(sql);
  statement.alloc();
  statement.prepare(
      "SELECT id, deployment_id, type, data, order_id, output_offset, output_length FROM events WHERE " +
      where + " ORDER BY id LIMIT " + std::to_string(limit));
  if (filter.deployment) statement.exchange(use(deployment, "deployment"));
  statement.exchange(use(after, "after"));
  statement.exchange(into(e.id));
  statement.exchange(into(e.deployment));
  statement.exchange(into(e.type));
  statement.exchange(into(e.data));
  statement.exchange(into(order));
  statement.exchange(into(offset));
  statement.exchange(into(length));
  statement.define_and_bind();
  statement.execute();
  std::vector<std::shared_ptr<Event>> found;
  while (statement.fetch()) {
    auto event = std::make_shared<Event>(e);
    if (order) {
      event->output = OutputPlace{*order, static_cast<std::uint64_t>(offset.value_or(0)),
                                  static_cast<std::uint64_t>(length.value_or(0))};
    }
    found.push_back(std::move(event));
  }
  return found;
}

}  // namespace slipway::server::store
