// How a deployment goes over the nodes of an app: the "rollout" of server.json, of a request, and of a stored
// deployment. One reader for all three.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string_view>

#include "base/error.h"
#include "base/time.h"

namespace slipway::server::config {

enum class OnFailure {
  stop,      // the nodes that have not begun are skipped
  proceed,   // "continue": they have their turn all the same
  rollback,  // they are skipped, and every node that was switched goes back to what it had
};

enum class Offline {
  skip,  // a node that is away is left as it is, and the others go on
  fail,  // nothing is started while one of them is away
  wait,  // it has its turn if it comes back in time
};

// So many nodes at once, or so much of a hundred of all of them.
struct Batch {
  std::uint32_t size = 100;
  bool percent = true;

  auto operator<=>(const Batch&) const = default;
};

struct Rollout {
  std::uint32_t canary = 0;  // nodes that go first, before the batches
  Batch batch;
  base::Millis pause{0};         // between one batch and the next
  bool confirm = false;          // instead of the pause: until a person lets it go on
  std::uint32_t max_failed = 0;  // so many nodes may fail before on_failure applies
  OnFailure on_failure = OnFailure::stop;
  Offline offline = Offline::skip;
  base::Millis offline_wait = std::chrono::minutes{5};
  bool prepare_first = false;  // no node switches before every node has fetched
  bool catch_up = false;       // a node that was away gets the app's revision when it is back

  auto operator<=>(const Rollout&) const = default;
};

// Reads one key's value. The error says what was expected, without the key.
base::Result<> set(Rollout& rollout, std::string_view key, const boost::json::value& value);

// All keys of an object; an unknown one is an error. The error begins with the key.
base::Result<> set_all(Rollout& rollout, const boost::json::object& values);

// Every key, as set_all() reads it back.
boost::json::object to_json(const Rollout& rollout);

}  // namespace slipway::server::config
