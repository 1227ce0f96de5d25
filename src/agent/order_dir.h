// The directory of one order, `orders/<id>/` in the agent's data directory. It is all that agent and runner
// share, and all that survives either:
//
//   order.json   the order, who gave it and what the policy granted it; written whole and flushed before
//   anything else happens spool        wire frames, appended by the runner; that it exists means that the
//   order was started runner       held (flock) by the runner as long as it lives; the first line names its
//   process id and
//                whether it leads the session of all that it starts, then follows what it says when it cannot
//                write its spool
//   cancel       why the order is to stop; written before the runner is signalled
//   proceed      the server let the order go on behind its fetch
//   interrupted  the runner died, and the agent wrote the result
//   secrets      what the hooks get and nobody else, mode 0600; gone as soon as the order has ended
//   collected    the server has stored the whole spool
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/policy/grant.h"
#include "base/error.h"
#include "base/unique_fd.h"
#include "wire/message.h"

namespace slipway::agent {

namespace fs = std::filesystem;

struct OrderRecord {
  std::string server;  // the instance id of the server that gave it
  std::string accepted_at;
  wire::Order order;
  std::optional<policy::Grant> grant = {};    // absent: this host had no policy
  std::optional<std::string> judged_as = {};  // the name by which the policy knew the server
};
BOOST_DESCRIBE_STRUCT(OrderRecord, (), (server, accepted_at, order, grant, judged_as))

class OrderDir {
 public:
  explicit OrderDir(fs::path path) : path_(std::move(path)) {}

  // Makes `orders/<id>` with its order.json, durably; the order's secrets in a file of their own.
  // ErrorCode::conflict when the order is there already; after any other error nothing is left of it.
  static base::Result<OrderDir> create(const fs::path& orders, const OrderRecord& record);

  const fs::path& path() const { return path_; }
  std::string id() const { return path_.filename().string(); }

  base::Result<OrderRecord> record() const;

  fs::path spool() const { return path_ / "spool"; }
  fs::path runner_file() const { return path_ / "runner"; }
  bool started() const;
  std::uint64_t spool_length() const;

  // Takes the runner's lock; nothing when somebody holds it.
  base::Result<std::optional<base::UniqueFd>> try_lock() const;
  // The same for the runner, which leaves its process id there.
  base::Result<std::optional<base::UniqueFd>> lock_as_runner() const;
  // The process id of the runner, which may have ended; 0 if there was none.
  int runner() const;
  // The session that the runner leads; 0 if there was no runner, or it was started in another's session.
  int session() const;
  // What the runner said; the last part of it.
  std::string last_words() const;

  // By name; none: there are none, or the order has ended.
  base::Result<std::map<std::string, std::string>> secrets() const;
  void forget_secrets() const;

  base::Result<> write_cancel(std::string_view reason) const;
  std::optional<std::string> cancel_reason() const;

  base::Result<> mark_proceed() const;
  bool may_proceed() const;

  base::Result<> mark_interrupted() const;
  bool interrupted() const;

  base::Result<> mark_collected() const;
  bool collected() const;

 private:
  base::Result<> mark(std::string_view name) const;
  bool has(std::string_view name) const;

  fs::path path_;
};

// An exclusive lock on a file (made if missing) into which the holder writes `content`, if there is any;
// nothing when it is held.
base::Result<std::optional<base::UniqueFd>> try_lock_file(const fs::path& file, std::string_view content);

}  // namespace slipway::agent
