#include "agent/policy/schemas.h"

#include "agent/policy/values.h"

namespace slipway::agent::policy {
namespace {

using jsonc::into;
using jsonc::Kind;
using jsonc::Schema;

// Reads a key's value with something to check it against.
template <class Member, class Reader>
auto into_with(const Host& host, Member member, Reader reader) {
  return [&host, member, reader](const Field& field, auto& object) { reader(field, host, object.*member); };
}

// An object of its own.
template <class Member, class T>
auto into_object(Member member, Schema<T> schema) {
  return [member, schema = std::move(schema)](const Field& field, auto& object) {
    if (field.value.kind != Kind::object) return field.unexpected();
    T result;
    jsonc::read_object(schema, field.value, field.report, result);
    object.*member = std::move(result);
  };
}

// The same keys at the top and in an app.
template <class T>
void add_code_rules(Schema<T>& schema, const Host& host) {
  schema.keys.push_back({{.name = "repositories",
                          .value = "a list of URLs or patterns of them",
                          .doc = "Where code may come from. `*` is any text without `/`, `**` any text; "
                                 "credentials and a `.git` at "
                                 "the end do not matter. An order without a URL is refused then."},
                         into(&T::repositories, read_repositories)});
  schema.keys.push_back(
      {{.name = "refs",
        .value = "a list of branches or patterns of them",
        .doc =
            "git: what is deployed must be on one of these branches of the repository (`main`, `release/*`), "
            "or on one of these tags (`refs/tags/v*`); the agent looks after fetching."},
       into(&T::refs, read_refs)});
  schema.keys.push_back(
      {{.name = "require_signed_commits",
        .value = "an object",
        .doc =
            "git: the commit must be signed by one of these; also when a node goes back to it or catches up. "
            "svn orders are refused then. See below."},
       into_object(&T::require_signed_commits, signers_schema(host))});
}

template <class T>
void add_hook_rules(Schema<T>& schema, const Host& host) {
  schema.keys.push_back(
      {{.name = "hooks",
        .value = "\"server\", \"named\" or \"off\"",
        .fallback = "\"server\"",
        .doc =
            "Where the commands of hooks and health checks come from: from the server; from `commands` "
            "alone, "
            "of which the server may only say the name (`@restart`); nowhere, an order with any is refused."},
       into(&T::hooks, read_hooks)});
  schema.keys.push_back({{.name = "commands",
                          .value = "an object: name to shell command",
                          .fallback = "{}",
                          .doc = "The commands that a hook `@NAME` stands for."},
                         into(&T::commands, read_commands)});
  schema.keys.push_back(
      {{.name = "secrets",
        .value = "a list of names of variables",
        .doc = "Which secrets a server may hand to hooks. Without it any, but none where `hooks` is "
               "\"named\": a "
               "variable such as `LD_PRELOAD` is as good as a command."},
       [](const Field& field, T& rules) { read_variable_names(field, rules.secrets.emplace()); }});
  schema.keys.push_back({{.name = "run_as",
                          .value = "the name of a user",
                          .doc = "git, svn, hooks and health checks run as this user, to whom all files then "
                                 "belong. The agent must "
                                 "run as root."},
                         into_with(host, &T::run_as, read_user)});
  schema.keys.push_back({{.name = "environment",
                          .value = "an object",
                          .doc = "What hooks find in their environment; see below. Without it, and without "
                                 "`run_as`, all that the agent has in its own."},
                         into_object(&T::environment, environment_schema())});
}

template <class T>
void add_rules(Schema<T>& schema, const Host& host, Schema<Limits> limits) {
  add_code_rules(schema, host);
  schema.keys.push_back(
      {{.name = "hours",
        .value = "a list such as [\"mon-fri 09:00-17:30\"]",
        .doc = "When orders may begin. Days, times and, if wanted, a time zone (`sat,sun 10:00-12:00 "
               "Europe/Berlin`); without one, this host's. `daily 22:00-04:00` goes over midnight."},
       into_with(host, &T::hours, read_hours)});
  add_hook_rules(schema, host);
  schema.keys.push_back({{.name = "limits", .value = "an object", .doc = "See below."},
                         into_object(&T::limits, std::move(limits))});
}

void read_apps(const Field& field, const Host& host, PolicyDraft& policy) {
  jsonc::read_objects(app_schema(host), field, policy.drafts);
}

}  // namespace

Schema<Environment> environment_schema() {
  return {"an environment",
          {{{.name = "pass",
             .value = "a list of names of variables",
             .fallback = "[]",
             .doc = "What hooks get from the agent's own environment beside `PATH`, `LANG`, `LC_*`, `TZ`, "
                    "`TMPDIR`, `HOME`, `USER`, `LOGNAME` and `SHELL`."},
            into(&Environment::pass, read_variable_names)},
           {{.name = "set",
             .value = "an object: name to value",
             .fallback = "{}",
             .doc = "What hooks get beside, in the place of what would be passed."},
            into(&Environment::set, read_variables)}}};
}

Schema<Limits> app_limits_schema() {
  return {
      "limits",
      {{{.name = "time",
         .value = "a duration such as \"10m\"",
         .doc = "How long an order may be at work; then it is stopped and has failed. The time in which it "
                "waits for other nodes does not count."},
        into(&Limits::time_ms, read_time)},
       {{.name = "output",
         .value = "an amount such as \"10MiB\"",
         .doc = "How much an order may print; then it is stopped and has failed, with what it printed so "
                "far."},
        into(&Limits::output, jsonc::read_size)}}};
}

Schema<Limits> limits_schema() {
  Schema<Limits> schema = app_limits_schema();
  schema.keys.push_back({{.name = "orders",
                          .value = "a number of orders, at least 1",
                          .doc = "At the top only: how many may be at work at once. One more is refused, not "
                                 "queued: an order that waits for others of its deployment would never end."},
                         into(&Limits::orders, read_orders)});
  return schema;
}

Schema<Signers> signers_schema(const Host& host) {
  return {
      "require_signed_commits",
      {{{.name = "allowed_signers",
         .value = "an absolute path",
         .doc = "ssh signatures: a file as `ssh-keygen` and git's `gpg.ssh.allowedSignersFile` want it."},
        into_with(host, &Signers::allowed_signers, read_guarded_file)},
       {{.name = "keyring",
         .value = "an absolute path",
         .doc = "OpenPGP signatures: a file of public keys, as `gpg --export` writes it. Every key in it is "
                "believed."},
        into_with(host, &Signers::keyring, read_guarded_file)}}};
}

Schema<AppDraft> app_schema(const Host& host) {
  Schema<AppDraft> schema{"an app",
                          {{{.name = "path",
                             .value = "an absolute path or a pattern",
                             .doc = "Which orders this is about, by their path; as in `paths`, to which it "
                                    "adds. Of several the first "
                                    "counts.",
                             .required = true},
                            into_with(host, &AppDraft::path, read_path)}}};
  add_rules(schema, host, app_limits_schema());
  return schema;
}

Schema<PolicyDraft> policy_schema(const Host& host) {
  Schema<PolicyDraft> schema{"the policy",
                             {{{.name = "servers",
                                .value = "a list of fingerprints",
                                .doc = "Which servers may give orders and ask questions."},
                               into(&PolicyDraft::servers, read_servers)},
                              {{.name = "paths",
                                .value = "a list of absolute paths or patterns",
                                .doc = "Where orders may work and questions may look: in these folders and "
                                       "all inside of them. `?` is one "
                                       "character, `*` any text, both without `/`; `**` any text. The "
                                       "order's path is judged by where it "
                                       "leads to after all symbolic links."},
                               into_with(host, &PolicyDraft::paths, read_paths)}}};
  add_rules(schema, host, limits_schema());
  schema.keys.push_back(
      {{.name = "apps",
        .value = "a list of objects",
        .fallback = "[]",
        .doc =
            "Rules of their own for some paths; see below. With `apps` and without `paths` only their paths "
            "are allowed."},
       [&host](const Field& field, PolicyDraft& policy) { read_apps(field, host, policy); }});
  return schema;
}

}  // namespace slipway::agent::policy
