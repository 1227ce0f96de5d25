// A request to the engine, and why one was not carried out.
#pragma once

#include <fmt/format.h>

#include <boost/describe.hpp>
#include <boost/json/object.hpp>
#include <expected>
#include <optional>
#include <string>
#include <vector>

namespace slipway::server::rollout {

struct Request {
  std::string action;                             // "update" or "rollback"
  std::optional<std::string> revision;            // update: absent means the newest
  std::optional<std::vector<std::string>> nodes;  // aliases; absent means all
  std::optional<std::string> note;
  std::optional<boost::json::object>
      rollout;  // keys that differ from the app's plan, as server.json has them
};
BOOST_DESCRIBE_STRUCT(Request, (), (action, revision, nodes, note, rollout))

// The HTTP status follows from it.
enum class Refusal {
  invalid,      // 422: the request cannot be meant
  unknown_app,  // 404
  not_found,    // 404: no such deployment
  conflict,     // 409: the app's or the deployment's state forbids it
  node_failed,  // 502: the node that was asked could not answer
  no_node,      // 503: no node is online to ask
  timeout,      // 504: the node that was asked did not answer in time
};

struct Refused {
  Refusal why;
  std::string detail;  // a sentence for people
};

template <class T>
using Outcome = std::expected<T, Refused>;

template <class... Args>
std::unexpected<Refused> refuse(Refusal why, fmt::format_string<Args...> format, Args&&... args) {
  return std::unexpected(Refused{why, fmt::format(format, std::forward<Args>(args)...)});
}

}  // namespace slipway::server::rollout
