// Child processes: started without a shell of ours, their output streamed in the order in which it was
// written, and their whole tree stopped in steps. Start with run() or capture().
//
// A child gets its own process group, /dev/null as standard input, no file descriptor of ours, and default
// signal handling. Everything happens on the executor of the calling coroutine, which is blocked for
// a few milliseconds only when a running command is cancelled or destroyed.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/event.h"
#include "base/error.h"
#include "base/time.h"

namespace slipway::process {

namespace asio = boost::asio;
namespace fs = std::filesystem;

struct Command {
  std::vector<std::string> argv;                  // argv[0] is looked up in PATH unless it holds a slash
  fs::path directory;                             // empty: ours
  std::map<std::string, std::string> env;         // on top of our own environment
  std::vector<std::string> env_remove;            // names that the child must not inherit
  std::optional<base::Millis> timeout;            // none: for as long as it takes
  base::Millis grace = std::chrono::seconds{10};  // between TERM and KILL
  // After a stop request, how long it may go on all the same: for what had better end by itself.
  base::Millis patience{0};
};

enum class Stream { out, err };

// Why it ended. `sink` (it refused the output) stays inside: run() returns the sink's error then.
enum class EndedBy { itself, timeout, stop, sink };

struct Exit {
  int code = 0;  // the exit code, or 128 + n when signal n ended it
  EndedBy by = EndedBy::itself;
  bool still_open = false;  // a process that it left behind holds its output open

  bool ok() const { return code == 0 && by == EndedBy::itself; }
};

// Somebody's wish that a child be stopped: its whole tree gets TERM, after the grace KILL.
class StopRequest {
 public:
  explicit StopRequest(asio::any_io_executor executor) : changed_(std::move(executor)) {}
  void request();
  bool requested() const { return requested_; }
  async::Event& changed() { return changed_; }

 private:
  bool requested_ = false;
  async::Event changed_;
};

// Receives output as it arrives, at most 32 KiB at once, in the order in which the child's tree wrote it
// across both streams. An error from it stops the tree and is returned by run().
using Sink = std::function<base::Result<>(Stream, std::string_view)>;

// Runs the command to its end. The end is the end of the child itself: what it left behind (a daemon) does
// not hold it open, only what is already in the pipes is read. An error means that it could not be started,
// or came from the sink. Cancelling the coroutine kills the tree at once. `stop` outlives the coroutine;
// when it was requested before, nothing is started.
asio::awaitable<base::Result<Exit>> run(Command command, Sink sink, StopRequest* stop = nullptr);

struct Captured {
  Exit exit;
  std::string out;
  std::string err;
};

// Runs the command and keeps its output; more than `max_bytes` on one stream stops it with an error.
asio::awaitable<base::Result<Captured>> capture(Command command,
                                                std::size_t max_bytes = std::size_t{8} << 20U,
                                                StopRequest* stop = nullptr);

}  // namespace slipway::process
