// What server and agent say to each other: one described struct per message, from which encoder, decoder,
// tests and the table in docs/protocol.md derive. Start with encode() and decode().
//
// A message is the payload of a data frame: one JSON object whose member "type" names the message, optionally
// followed by a NUL byte and raw bytes. Pure: no I/O.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "json/map.h"
#include "wire/frame.h"

namespace slipway::wire {

inline constexpr int protocol_version = 1;

BOOST_DEFINE_ENUM_CLASS(VcsType, git, svn)
BOOST_DEFINE_ENUM_CLASS(LocalChanges, keep, refuse, discard)
BOOST_DEFINE_ENUM_CLASS(Action, update, rollback)
BOOST_DEFINE_ENUM_CLASS(StepName, check, fetch, before_deploy, before_rollback, switch_, after_deploy,
                        after_rollback, health_check, switch_back)
BOOST_DEFINE_ENUM_CLASS(StepState, running, succeeded, failed, cancelled, interrupted)
BOOST_DEFINE_ENUM_CLASS(OutputStream, stdout_, stderr_, note)
// How an order ends on its node.
BOOST_DEFINE_ENUM_CLASS(ResultState, succeeded, failed, rolled_back, cancelled, rejected, interrupted)
// What an agent knows of an order.
BOOST_DEFINE_ENUM_CLASS(OrderState, accepted, running, finished, rejected, unknown)

// Names that C++ keeps for itself, as they stand on the wire: "switch", "stdout".
std::string name_of(StepName step);
std::string name_of(OutputStream stream);
std::optional<StepName> step_from(std::string_view name);
std::optional<OutputStream> stream_from(std::string_view name);

// --- both ways ---------------------------------------------------------------------------------------------

// An order that has a spool on the agent's disk.
struct OrderSummary {
  std::string id;
  OrderState state = OrderState::running;
  std::uint64_t spool_length = 0;
};
BOOST_DESCRIBE_STRUCT(OrderSummary, (), (id, state, spool_length))

// The first message of each side.
struct Hello {
  static constexpr std::string_view type = "hello";
  int protocol = protocol_version;
  std::string version;
  std::string role;      // "server" or "agent"
  std::string instance;  // this installation's own id, made at its first start
  std::optional<std::string> host;
  std::optional<std::string> os;
  std::optional<std::vector<OrderSummary>> orders;  // agent: what it keeps for this server's instance
  std::optional<std::string> name;                  // agent that dialled: what it wants to be called
  std::optional<std::string> token;                 // agent that dialled: a join token
  std::optional<std::string> next_key;  // fingerprint of the key that will take the place of this one
};
BOOST_DESCRIBE_STRUCT(Hello, (), (protocol, version, role, instance, host, os, orders, name, token, next_key))

// An answer to a message that could not be served.
struct ErrorMessage {
  static constexpr std::string_view type = "error";
  std::optional<std::string> re;  // the id of the query or order it is about
  std::string code;               // base::ErrorCode's name, or "unknown_message"
  std::string message;
};
BOOST_DESCRIBE_STRUCT(ErrorMessage, (), (re, code, message))

// --- server to agent ---------------------------------------------------------------------------------------

// The agent that dialled is not known yet: it has to wait for a person's word, and can do nothing.
struct Pending {
  static constexpr std::string_view type = "pending";
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(Pending, (), (reason))

// How a path with the layout "releases" is kept: PATH/releases/<time>-<revision>, PATH/shared, and
// PATH/current, a symbolic link to one of the releases.
struct Releases {
  std::vector<std::string> shared;  // relative paths that every release gets from PATH/shared by a link
  std::uint32_t keep_releases = 5;  // good ones, the current and the previous one among them
  std::uint64_t keep_bytes = 0;     // a budget for all releases together; 0: none
  bool keep_failed = false;         // a failed release stays, marked, instead of being removed
};
BOOST_DESCRIBE_STRUCT(Releases, (), (shared, keep_releases, keep_bytes, keep_failed))

// A working copy, as order and query name it.
struct Target {
  VcsType vcs = VcsType::git;
  std::string url;
  std::string branch;
  std::string path;
  LocalChanges local_changes = LocalChanges::keep;
  std::optional<Releases> releases;  // absent: the path itself is the working copy
};
BOOST_DESCRIBE_STRUCT(Target, (), (vcs, url, branch, path, local_changes, releases))

// When a node counts as healthy after the switch: every check that is given must succeed `healthy` times in a
// row.
struct HealthCheck {
  std::optional<std::string> http;      // a URL
  std::optional<std::uint32_t> expect;  // the status that it must answer with; absent: 200
  std::optional<std::string> tcp;       // "host:port" that must accept a connection
  std::optional<std::string> command;   // for /bin/sh -c, as a hook
  std::uint64_t interval_ms = 0;        // between two rounds
  std::uint64_t timeout_ms = 0;         // of all rounds together
  std::uint32_t healthy = 1;
};
BOOST_DESCRIBE_STRUCT(HealthCheck, (), (http, expect, tcp, command, interval_ms, timeout_ms, healthy))

struct Order {
  static constexpr std::string_view type = "order";
  std::string id;
  std::string deployment;
  std::string app;
  std::string node;
  Action action = Action::update;
  std::string revision;
  Target target;
  std::vector<std::string> before_deploy;
  std::vector<std::string> after_deploy;
  std::uint64_t hook_timeout_ms = 0;
  // In the place of the deploy hooks when the action is a rollback, and when the node goes back by itself.
  std::optional<std::vector<std::string>> before_rollback;  // absent: before_deploy
  std::optional<std::vector<std::string>> after_rollback;   // absent: after_deploy
  std::optional<HealthCheck> health_check;
  // After `fetch` the order waits so long for `proceed`, and fails with nothing switched if none comes.
  std::optional<std::uint64_t> hold_ms;
  // Variables for the hooks whose values nobody else may see. Neither side writes them down with the order.
  std::optional<std::map<std::string, std::string>> secrets;
};
BOOST_DESCRIBE_STRUCT(Order, (),
                      (id, deployment, app, node, action, revision, target, before_deploy, after_deploy,
                       hook_timeout_ms, before_rollback, after_rollback, health_check, hold_ms, secrets))

// "The order that waits after its fetch may go on." Harmless when it does not wait, or is finished.
struct Proceed {
  static constexpr std::string_view type = "proceed";
  std::string order;
};
BOOST_DESCRIBE_STRUCT(Proceed, (), (order))

// "Send me the order's spool from this offset, and what is appended to it."
struct Follow {
  static constexpr std::string_view type = "follow";
  std::string order;
  std::uint64_t offset = 0;
};
BOOST_DESCRIBE_STRUCT(Follow, (), (order, offset))

// "I have stored the spool up to here." With the offset behind the result the agent may forget the order.
struct Ack {
  static constexpr std::string_view type = "ack";
  std::string order;
  std::uint64_t offset = 0;
};
BOOST_DESCRIBE_STRUCT(Ack, (), (order, offset))

struct Cancel {
  static constexpr std::string_view type = "cancel";
  std::string order;
  std::string reason;
};
BOOST_DESCRIBE_STRUCT(Cancel, (), (order, reason))

BOOST_DEFINE_ENUM_CLASS(QueryKind, log, status, resolve)

struct Query {
  static constexpr std::string_view type = "query";
  std::string id;
  QueryKind kind = QueryKind::status;
  Target target;
  std::optional<std::string> revision;  // resolve: what is wanted; absent: the newest
  std::optional<std::uint32_t> limit;   // log
  std::optional<std::string> before;    // log
};
BOOST_DESCRIBE_STRUCT(Query, (), (id, kind, target, revision, limit, before))

// --- agent to server ---------------------------------------------------------------------------------------

// The answer to order, follow and cancel.
struct OrderStateMessage {
  static constexpr std::string_view type = "order_state";
  std::string id;
  OrderState state = OrderState::unknown;
  std::uint64_t spool_length = 0;
  std::optional<std::string> reason;
};
BOOST_DESCRIBE_STRUCT(OrderStateMessage, (), (id, state, spool_length, reason))

// A piece of a spool: its bytes are the raw part, and are whole frames.
struct Spool {
  static constexpr std::string_view type = "spool";
  std::string order;
  std::uint64_t offset = 0;
};
BOOST_DESCRIBE_STRUCT(Spool, (), (order, offset))

struct CommitInfo {
  std::string revision;
  std::string author;
  std::string time;  // RFC 3339, UTC
  std::string message;
};
BOOST_DESCRIBE_STRUCT(CommitInfo, (), (revision, author, time, message))

struct WorkingCopyStatus {
  std::optional<std::string> revision;  // absent: nothing there yet
  std::optional<std::string> branch;
  std::vector<std::string> modified;
  std::uint64_t modified_total = 0;
  std::optional<std::string> modified_at;  // RFC 3339, UTC; absent: nobody has looked for them yet
};
BOOST_DESCRIBE_STRUCT(WorkingCopyStatus, (), (revision, branch, modified, modified_total, modified_at))

// The answer to a query: the member that its kind asks for.
struct Answer {
  static constexpr std::string_view type = "answer";
  std::string id;
  std::optional<std::vector<CommitInfo>> commits;
  std::optional<bool> more;
  std::optional<WorkingCopyStatus> status;
  std::optional<std::string> revision;
};
BOOST_DESCRIBE_STRUCT(Answer, (), (id, commits, more, status, revision))

// --- in the spool ------------------------------------------------------------------------------------------

struct StepStarted {
  static constexpr std::string_view type = "step_started";
  std::string step;
  std::string time;
};
BOOST_DESCRIBE_STRUCT(StepStarted, (), (step, time))

// Output: its bytes are the raw part.
struct Output {
  static constexpr std::string_view type = "output";
  std::string stream;
};
BOOST_DESCRIBE_STRUCT(Output, (), (stream))

struct StepFinished {
  static constexpr std::string_view type = "step_finished";
  std::string step;
  StepState state = StepState::succeeded;
  std::optional<int> exit_code;
  std::uint64_t duration_ms = 0;
  std::optional<std::string> revision;  // what the working copy stands on (check, switch)
};
BOOST_DESCRIBE_STRUCT(StepFinished, (), (step, state, exit_code, duration_ms, revision))

// The last message of a spool.
struct OrderResult {
  static constexpr std::string_view type = "result";
  ResultState state = ResultState::failed;
  std::optional<std::string> step;  // that ended the order
  std::optional<int> exit_code;
  std::optional<std::string> reason;
  std::optional<std::string> revision_before;
  std::optional<std::string> revision_after;
  std::string time;
};
BOOST_DESCRIBE_STRUCT(OrderResult, (),
                      (state, step, exit_code, reason, revision_before, revision_after, time))

// -----------------------------------------------------------------------------------------------------------

using Message =
    std::variant<Hello, ErrorMessage, Pending, Order, Follow, Ack, Cancel, Proceed, Query, OrderStateMessage,
                 Spool, Answer, StepStarted, Output, StepFinished, OrderResult>;

// A message whose type this version does not know; to be answered with ErrorMessage.
struct UnknownMessage {
  std::string type;
  std::optional<std::string> id;
};

struct Decoded {
  std::variant<Message, UnknownMessage> message;
  std::string_view raw;  // into the payload that was given
};

// The payload of a data frame. An error means that the link is to be closed with it as the reason.
base::Result<Decoded> decode(std::string_view payload);

// The whole data frame of a message; `raw` at most max_raw_chunk.
template <class T>
std::string encode(const T& message, std::string_view raw = {});

// The frame for JSON that has its "type" already, and raw bytes.
std::string encode_json(const json::object& message, std::string_view raw);

template <class T>
std::string encode(const T& message, std::string_view raw) {
  json::object fields = json::encode(message);
  fields.emplace("type", T::type);
  return encode_json(fields, raw);
}

}  // namespace slipway::wire
