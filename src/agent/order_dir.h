// The directory of one order, `orders/<id>/` in the agent's data directory. It is all that agent and runner
// share, and all that survives either:
//
//   order.json   the order and who gave it; written whole and flushed before anything else happens
//   spool        wire frames, appended by the runner; that it exists means that the order was started
//   lock         held (flock) by the runner as long as it lives; holds its process id
//   session      the process id of the runner, which is the session of all that it starts
//   cancel       why the order is to stop; written before the runner is signalled
//   interrupted  the runner died, and the agent wrote the result
//   collected    the server has stored the whole spool
//   reserve      a little disk space, given back when the disk is full so that the result can be written
//   runner.log   what a runner that cannot write its spool says
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/unique_fd.h"
#include "wire/message.h"

namespace slipway::agent {

namespace fs = std::filesystem;

struct OrderRecord {
  std::string server;  // the instance id of the server that gave it
  std::string accepted_at;
  wire::Order order;
};
BOOST_DESCRIBE_STRUCT(OrderRecord, (), (server, accepted_at, order))

class OrderDir {
 public:
  explicit OrderDir(fs::path path) : path_(std::move(path)) {}

  // Makes `orders/<id>` with its order.json, durably. ErrorCode::conflict when the order is there already;
  // after any other error nothing is left of it.
  static base::Result<OrderDir> create(const fs::path& orders, const OrderRecord& record);

  const fs::path& path() const { return path_; }
  std::string id() const { return path_.filename().string(); }

  base::Result<OrderRecord> record() const;

  fs::path spool() const { return path_ / "spool"; }
  fs::path log() const { return path_ / "runner.log"; }
  fs::path reserve() const { return path_ / "reserve"; }
  bool started() const;
  std::uint64_t spool_length() const;

  // Takes the runner's lock; nothing when somebody holds it.
  base::Result<std::optional<base::UniqueFd>> try_lock() const;
  // The process id that the holder of the lock wrote, 0 if there is none.
  int lock_holder() const;

  base::Result<> write_session() const;
  // The session of the runner that was started; 0 if there is none.
  int session() const;

  base::Result<> write_cancel(std::string_view reason) const;
  std::optional<std::string> cancel_reason() const;

  base::Result<> mark_interrupted() const;
  bool interrupted() const;

  base::Result<> mark_collected() const;
  bool collected() const;

 private:
  base::Result<> mark(std::string_view name) const;
  bool has(std::string_view name) const;

  fs::path path_;
};

// An exclusive lock on a file (made if missing) into which the holder writes `content`; nothing when it is
// held.
base::Result<std::optional<base::UniqueFd>> try_lock_file(const fs::path& file, std::string_view content);

}  // namespace slipway::agent
