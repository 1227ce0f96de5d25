#include "net/link.h"

#include "base/text.h"

namespace slipway::net {
namespace {

constexpr std::size_t read_size = 16384;
// Frames that wait are written together up to this size: one system call for many small frames.
constexpr std::size_t batch_size = std::size_t{128} << 10U;

}  // namespace

Link::Link(std::unique_ptr<Stream> stream, asio::any_io_executor executor, LinkLimits limits)
    : executor_(executor),
      limits_(limits),
      stream_(std::move(stream)),
      read_buffer_(read_size),
      queue_changed_(executor),
      tasks_(executor) {
  tasks_.spawn(write_loop());
  tasks_.spawn(watch_silence());
}

void Link::send(std::string frame) {
  if (closed_) return;
  queued_ += frame.size();
  queue_.push_back(std::move(frame));
  if (queued_ > limits_.max_queued) {
    return close({base::ErrorCode::unavailable, "the other side does not read what is sent to it"});
  }
  queue_changed_.notify();
}

asio::awaitable<bool> Link::send_bulk(std::string frame) {
  while (!closed_ && queued_ > limits_.bulk_room) co_await queue_changed_.wait();
  send(std::move(frame));
  co_return !closed_;
}

asio::awaitable<base::Result<std::string_view>> Link::receive() {
  for (;;) {
    if (closed_) co_return std::unexpected(*closed_);
    auto payload = next_payload();
    if (!payload)
      close(payload.error());
    else if (*payload)
      co_return **payload;
    else if (auto more = co_await read_more(); !more)
      close(more.error());
  }
}

base::Result<std::optional<std::string_view>> Link::next_payload() {
  for (;;) {
    auto frame = decoder_.next();
    if (!frame) return std::unexpected(frame.error());
    if (!*frame) return std::nullopt;
    if ((*frame)->type == wire::FrameType::data) return (*frame)->payload;
    if ((*frame)->type == wire::FrameType::disconnect) {
      return base::fail(base::ErrorCode::unavailable, "the server ended the link: {}",
                        base::printable((*frame)->payload));
    }
  }
}

asio::awaitable<base::Result<>> Link::read_more() {
  const auto got = co_await stream_->read_some(read_buffer_);
  if (!got) co_return std::unexpected(got.error());
  heard_ = Clock::now();
  last_heard_ = base::now();
  decoder_.feed({read_buffer_.data(), *got});
  co_return base::Result<>{};
}

std::string Link::take_batch() {
  std::string batch = std::move(queue_.front());
  queue_.pop_front();
  while (!queue_.empty() && batch.size() + queue_.front().size() <= batch_size) {
    batch += queue_.front();
    queue_.pop_front();
  }
  return batch;
}

asio::awaitable<void> Link::write_loop() {
  while (!closed_) {
    if (queue_.empty()) {
      const auto idle = std::chrono::duration_cast<base::Millis>(Clock::now() - sent_);
      if (idle >= limits_.heartbeat_after)
        send(wire::encode_frame(wire::FrameType::heartbeat, {}));
      else
        co_await queue_changed_.wait_for(limits_.heartbeat_after - idle + base::Millis{1});
      continue;
    }
    const std::string batch = take_batch();
    if (auto written = co_await stream_->write(batch); !written) co_return close(written.error());
    sent_ = Clock::now();
    queued_ -= batch.size();
    queue_changed_.notify();
  }
}

asio::awaitable<void> Link::watch_silence() {
  while (!closed_) {
    const auto silence = std::chrono::duration_cast<base::Millis>(Clock::now() - heard_);
    if (silence >= limits_.dead_after) {
      co_return close({base::ErrorCode::timeout,
                       fmt::format("nothing was heard for {}", base::format_duration(limits_.dead_after))});
    }
    co_await async::sleep_for(limits_.dead_after - silence + base::Millis{1});
  }
}

void Link::close(base::Error reason) {
  if (closed_) return;
  closed_ = std::move(reason);
  stream_->close();
  queue_changed_.notify();
}

asio::awaitable<void> Link::disconnect(std::string reason) {
  send(wire::encode_frame(wire::FrameType::disconnect, reason));
  // A peer that does not read must not hold us.
  const auto deadline = Clock::now() + std::chrono::seconds{1};
  while (!closed_ && queued_ > 0 && Clock::now() < deadline)
    co_await queue_changed_.wait_for(base::Millis{200});
  close({base::ErrorCode::unavailable, std::move(reason)});
}

asio::awaitable<void> Link::stop() {
  close({base::ErrorCode::cancelled, "the link was closed here"});
  co_await tasks_.stop();
}

}  // namespace slipway::net
