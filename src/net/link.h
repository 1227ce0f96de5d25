// A framed link: docs/protocol.md over one connection. Keeps both heartbeats, bounds what is queued, and
// hands out the payloads of data frames. Used by one coroutine that receives, and by anyone on the loop's
// thread to send.
//
//   net::Link link(net::make_tcp_stream(std::move(socket)), executor);
//   while (auto payload = co_await link.receive()) handle(*payload);   // an error is why the link ended
//   co_await link.stop();                                              // before it is destroyed
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/event.h"
#include "async/task_group.h"
#include "base/error.h"
#include "net/stream.h"
#include "wire/frame.h"

namespace slipway::net {

struct LinkLimits {
  base::Millis heartbeat_after = std::chrono::seconds{15};  // of not sending
  base::Millis dead_after = std::chrono::seconds{45};       // of hearing nothing
  // Control frames that wait because the peer does not read; beyond this the link is closed.
  std::size_t max_queued = std::size_t{20} << 20U;
  // send_bulk waits while more than this is queued.
  std::size_t bulk_room = std::size_t{256} << 10U;
};

class Link {
 public:
  Link(std::unique_ptr<Stream> stream, asio::any_io_executor executor, LinkLimits limits = {});

  // Queues a frame; never waits. Does nothing on a closed link.
  void send(std::string frame);

  // Queues a frame once there is room: the way for bulk. False when the link is closed.
  asio::awaitable<bool> send_bulk(std::string frame);

  // The payload of the next data frame, valid until the next call. An error is the reason why the link ended:
  // the peer's, ours (close), silence, or bytes that are no frames.
  asio::awaitable<base::Result<std::string_view>> receive();

  // Ends the link; receive() returns the reason. The first reason stands.
  void close(base::Error reason);

  // Says why to an agent (frame type disconnect), then ends the link.
  asio::awaitable<void> disconnect(std::string reason);

  bool closed() const { return closed_.has_value(); }
  std::string peer() const { return stream_->peer(); }
  base::Time last_heard() const { return last_heard_; }

  // Closes, and waits for the link's own tasks.
  asio::awaitable<void> stop();

 private:
  using Clock = std::chrono::steady_clock;

  asio::awaitable<void> write_loop();
  asio::awaitable<void> watch_silence();
  asio::awaitable<base::Result<>> read_more();
  base::Result<std::optional<std::string_view>> next_payload();
  std::string take_batch();

  asio::any_io_executor executor_;
  LinkLimits limits_;
  std::unique_ptr<Stream> stream_;
  wire::FrameDecoder decoder_;
  std::vector<char> read_buffer_;
  std::deque<std::string> queue_;
  std::size_t queued_ = 0;
  async::Event queue_changed_;
  Clock::time_point heard_ = Clock::now();
  Clock::time_point sent_ = Clock::now();
  base::Time last_heard_ = base::now();
  std::optional<base::Error> closed_;
  async::TaskGroup tasks_;
};

}  // namespace slipway::net
