#include "server/config/schemas.h"

#include <boost/json/array.hpp>
#include <cstdlib>

namespace slipway::server::config {

namespace {

KeyInfo hook_key(std::string_view name, std::string_view fallback, std::string_view doc) {
  return {.name = name, .value = "a shell command or a list of them", .fallback = fallback, .doc = doc};
}

// The same keys for an app and for a node.
template <class Draft>
void add_care_keys(Schema<Draft>& schema) {
  const auto add = [&](KeyInfo info, auto member, auto reader) {
    schema.keys.push_back({std::move(info), into(member, reader)});
  };
  KeyInfo before = hook_key("before_deploy", "\"\"",
                            "Run before the switch; a failure stops the order with nothing switched. A "
                            "node's own value, also an empty one, takes the place of its app's.");
  before.aliases = {"befor_deploy"};
  add(std::move(before), &Draft::before, read_commands);
  add(hook_key("after_deploy", "\"\"",
               "Run after the switch; a failure fails the node. A node's own value, also an empty one, takes "
               "the place of its app's."),
      &Draft::after, read_commands);
  add(hook_key(
          "before_rollback", "",
          "Run in the place of `before_deploy` when a node goes back. Without it, on the node and on its "
          "app, `before_deploy` is."),
      &Draft::before_back, read_commands);
  add(hook_key("after_rollback", "",
               "Run in the place of `after_deploy` when a node goes back. Without it, on the node and on its "
               "app, `after_deploy` is."),
      &Draft::after_back, read_commands);
  add({.name = "health_check",
       .value = "an object, or null",
       .doc =
           "What must come true after the last hook, or the node has failed; see below. A node's own value "
           "takes the place of its app's as a whole; null: none."},
      &Draft::health, read_health_check);
}

}  // namespace

Schema<NodeDraft> node_schema() {
  Schema<NodeDraft> schema{
      "a node",
      {{{.name = "alias",
         .value = "a name of 1 to 100 printable characters without '/'",
         .doc = "What the node is called; unique within the app.",
         .required = true},
        into(&NodeDraft::alias, read_name)},
       {{.name = "addr",
         .value = "\"host:port\"",
         .doc = "Where the agent on this node listens. This or `agent`."},
        into(&NodeDraft::addr, read_node_address)},
       {{.name = "agent",
         .value = "a name of 1 to 100 letters, digits, '.', '-' and '_'",
         .doc = "In the place of `addr`: the name of an agent that dials this server (`slipway-agent "
                "--connect`)."},
        into(&NodeDraft::agent, read_agent_name)},
       {{.name = "fingerprint",
         .value = "a fingerprint, \"SHA256:\" and 43 characters",
         .doc =
             "Of the agent's key, as `slipway-agent fingerprint` prints it: no other key is believed. "
             "Without it, the key that is met at first contact is, and shown as unconfirmed until a person "
             "confirms it (`slipway-server trust`)."},
        into(&NodeDraft::fingerprint, read_fingerprint)},
       {{.name = "plaintext",
         .value = "true or false",
         .fallback = "false",
         .doc = "Whether the link is not encrypted, for an agent with `--plaintext`. Only where `addr` is a "
                "loopback address."},
        into(&NodeDraft::plaintext, read_bool)},
       {{.name = "path",
         .value = "an absolute path, POSIX or Windows",
         .doc = "The working copy on the node, or the folder of its releases; missing or empty, it is "
                "filled from `url`.",
         .required = true},
        into(&NodeDraft::path, read_node_path)}}};
  add_care_keys(schema);
  return schema;
}

namespace {

void read_fetchlogpath(const Field& field, AppDraft&) {
  if (field.value.kind != Kind::string) return field.unexpected();
  field.warning("no longer needed, remove it");
}

// The same reader as that of requests, which knows JSON and no places.
boost::json::value plain_value(const Located& located) {
  switch (located.kind) {
    case Kind::boolean:
      return located.boolean;
    case Kind::integer:
      return located.integer;
    case Kind::string:
      return boost::json::string(located.text);
    case Kind::decimal:
      return std::strtod(located.text.c_str(), nullptr);
    case Kind::list:
      return boost::json::array();
    case Kind::object:
      return boost::json::object();
    case Kind::null:
      break;
  }
  return nullptr;
}

void read_rollout_key(const Field& field, Rollout& rollout) {
  if (auto read = set(rollout, field.key, plain_value(field.value)); !read)
    field.problem(read.error().message);
}

void read_rollout(const Field& field, AppDraft& app) {
  if (field.value.kind != Kind::object) return field.unexpected();
  read_object(rollout_schema(), field.value, field.report, app.rollout);
}

void read_history(const Field& field, ConfigDraft& config) {
  if (field.value.kind != Kind::object) return field.unexpected();
  read_object(history_schema(), field.value, field.report, config.history);
}

template <class T>
void read_list(const Schema<T>& schema, const Field& field, std::vector<T>& result) {
  if (field.value.kind == Kind::list && field.value.elements.empty())
    field.warning("the list is empty: there is nothing to deploy");
  jsonc::read_objects(schema, field, result);
}

void read_nodes(const Field& field, AppDraft& app) {
  read_list(node_schema(), field, app.drafts);
}

void read_apps(const Field& field, ConfigDraft& config) {
  read_list(app_schema(), field, config.drafts);
  for (const AppDraft& app : config.drafts) check_app(app, field.report);
}

std::vector<Key<AppDraft>> repository_keys() {
  return {
      {{.name = "type",
        .value = "\"git\" or \"svn\"",
        .doc = "What the working copies are.",
        .required = true},
       into(&AppDraft::known_type, read_type)},
      {{.name = "url",
        .value = "the URL of the repository",
        .doc =
            "Where nodes get the code from. Required for svn; with git it may be left out where every node "
            "has its working copy already."},
       into(&AppDraft::url, read_text)},
      {{.name = "branch",
        .value = "the name of a branch",
        .doc = "git only. Without it, the branch that is checked out on the node."},
       into(&AppDraft::branch, read_branch)},
      {{.name = "local_changes",
        .value = "\"keep\", \"refuse\" or \"discard\"",
        .fallback = "\"keep\"",
        .doc =
            "What happens to files that were changed on a node: they stay, and one that would be overwritten "
            "fails the node before any change; any of them fails the node; they are saved as a patch and "
            "dropped. In the layout `releases` a new release never has them."},
       into(&AppDraft::local_changes, read_local_changes)}};
}

}  // namespace

Schema<Rollout> rollout_schema() {
  const auto key = [](std::string_view name, std::string_view value, std::string_view fallback,
                      std::string_view doc) {
    return Key<Rollout>{{.name = name, .value = value, .fallback = fallback, .doc = doc}, read_rollout_key};
  };
  return {"a rollout",
          {key("canary", "a number of nodes", "0",
               "So many nodes, the first of the list, have their turn before all others."),
           key("batch", "a number of nodes, or a part of them such as \"25%\"", "\"100%\"",
               "How many nodes have their turn at once; a part is rounded up."),
           key("pause", "a duration such as \"30s\", or \"confirm\"", "\"0s\"",
               "How long to wait between one batch and the next; or until a person lets it go on."),
           key("max_failed", "a number of nodes", "0", "So many nodes may fail before `on_failure` applies."),
           key("on_failure", "\"stop\", \"continue\" or \"rollback\"", "\"stop\"",
               "The nodes whose turn has not come are skipped; they have their turn all the same; they are "
               "skipped, and every node that was switched goes back to what it had."),
           key("offline", "\"skip\", \"fail\" or \"wait\"", "\"skip\"",
               "What a node that is away means: it is left as it is, and counts as no failure; nothing is "
               "started at all; it has its turn when it comes back in time, or has failed."),
           key("offline_wait", "a duration such as \"5m\"", "\"5m\"", "The time of \"wait\"."),
           key("prepare_first", "true or false", "false",
               "Every node fetches and checks before any node switches; one that cannot ends the deployment "
               "with nothing switched anywhere."),
           key("catch_up", "true or false", "false",
               "A node that was away is brought to the app's revision when it is back, by a deployment of "
               "its own.")}};
}

Schema<History> history_schema() {
  return {"a history",
          {{{.name = "days",
             .value = "a whole number of days, at least 1",
             .fallback = "90",
             .doc = "Deployments that ended longer ago are removed, but for the newest ten of each app and "
                    "the last of "
                    "each node."},
            into(&History::days, read_days)},
           {{.name = "max_bytes",
             .value = "a size such as \"2GiB\", at least 1 MiB",
             .fallback = "\"2GiB\"",
             .doc = "What the database and the output may take together. Beyond it the output of the oldest "
                    "deployments "
                    "is removed, then their records; the newest deployment of each app stays."},
            into(&History::max_bytes, read_budget)}}};
}

Schema<AppDraft> app_schema() {
  Schema<AppDraft> schema{"an app",
                          {{{.name = "name",
                             .value = "a name of 1 to 100 printable characters without '/'",
                             .doc = "What the app is called; unique in the file.",
                             .required = true},
                            into(&AppDraft::name, read_name)}}};
  for (auto& key : repository_keys()) schema.keys.push_back(std::move(key));
  for (auto& key : layout_keys()) schema.keys.push_back(std::move(key));
  schema.keys.push_back({{.name = "timeout",
                          .value = "a duration such as \"10m\", or whole seconds",
                          .fallback = "\"10m\"",
                          .doc = "The time limit of one hook; more than 0, at most 7 days."},
                         into(&AppDraft::timeout, read_timeout)});
  schema.keys.push_back(
      {{.name = "rollout",
        .value = "an object",
        .fallback = "{}",
        .doc = "The plan by which a deployment goes over the nodes; see below. Without it, all "
               "nodes at once."},
       read_rollout});
  schema.keys.push_back(
      {secrets_key("For the hooks of this app, beside those at the top; its own of the same name "
                   "takes their place."),
       into(&AppDraft::secrets, read_secrets)});
  add_care_keys(schema);
  schema.keys.push_back({{.name = "node",
                          .aliases = {"nodes"},
                          .value = "a list of nodes",
                          .fallback = "[]",
                          .doc = "The hosts that carry the app."},
                         read_nodes});
  schema.keys.push_back(
      {{.name = "fetchlogpath",
        .value = "a string",
        .doc = "Read for the sake of old files, with a warning: no longer needed, remove it."},
       read_fetchlogpath});
  return schema;
}

KeyInfo secrets_key(std::string_view doc) {
  return {
      .name = "secrets", .value = "an object: name to secret", .fallback = "{}", .doc = doc, .secret = true};
}

Schema<ConfigDraft> config_schema() {
  return {
      "the configuration",
      {{{.name = "listen_http",
         .value = "\"host:port\" or \":port\"",
         .fallback = "\":8082\"",
         .doc = "Where the page and the API are served. Without a host: on loopback addresses only; "
                "`0.0.0.0` or `[::]`: on all."},
        into(&ConfigDraft::listen_http, read_listen_address)},
       {{.name = "listen_agents",
         .value = "\"host:port\" or \":port\"",
         .doc = "Where agents may dial this server; \":8083\" is every address. Without it none can."},
        into(&ConfigDraft::listen_agents, read_agents_address)},
       {{.name = "debug",
         .value = "true or false",
         .fallback = "false",
         .doc = "Whether the log tells details."},
        into(&ConfigDraft::debug, read_bool)},
       {{.name = "jwt_secret",
         .value = "a string",
         .fallback = "\"\"",
         .doc = "Signs the sessions of people; at least 16 characters. Another one ends all sessions. Empty: "
                "a random one, kept in `data_dir`.",
         .secret = true},
        into(&ConfigDraft::jwt_secret, read_jwt_secret)},
       {{.name = "tls",
         .value = "an object",
         .doc = "HTTPS by the server itself; see below. Without it, plain HTTP."},
        read_tls},
       {{.name = "auth",
         .value = "an object",
         .fallback = "{}",
         .doc = "A reverse proxy that logs people in; see below."},
        read_auth},
       {{.name = "data_dir",
         .value = "a path, absolute or relative to this file",
         .fallback = "\"slipway-data\"",
         .doc = "Where the server keeps its database. A relative path begins at the folder of this file."},
        into(&ConfigDraft::data_dir, read_path)},
       {{.name = "history",
         .value = "an object",
         .fallback = "{}",
         .doc = "How much of the past is kept; see below."},
        read_history},
       {secrets_key(
            "Variables that the hooks of all apps get and nobody else may see: the name, and where the value "
            "is. Masked in all output; see below."),
        into(&ConfigDraft::secrets, read_secrets)},
       {{.name = "apps", .value = "a list of apps", .fallback = "[]", .doc = "What is deployed."},
        read_apps}}};
}

}  // namespace slipway::server::config
