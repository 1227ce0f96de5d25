#include "agent/forward.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

namespace slipway::agent {
namespace {

// How long to wait for a word of the spool watch before looking again all the same.
constexpr base::Millis look_again{200};

class SpoolReader {
 public:
  explicit SpoolReader(fs::path path) : path_(std::move(path)) {}

  // The whole frames that stand at the offset, at most `room` bytes of them; empty when there is none yet.
  base::Result<std::string_view> read(std::uint64_t offset, std::uint64_t room) {
    if (!file_ && !open()) return std::string_view{};
    const std::size_t wanted = std::min<std::uint64_t>(buffer_.size(), room);
    const ssize_t got = ::pread(file_.get(), buffer_.data(), wanted, static_cast<off_t>(offset));
    if (got < 0) return base::fail_errno(errno, "cannot read {}", path_.string());
    return whole_frames({buffer_.data(), static_cast<std::size_t>(got)});
  }

 private:
  bool open() {
    file_.reset(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
    if (file_) buffer_.resize(wire::max_raw_chunk);
    return static_cast<bool>(file_);
  }

  base::Result<std::string_view> whole_frames(std::string_view bytes) const {
    std::size_t end = 0;
    for (;;) {
      const auto header = wire::read_header(bytes.substr(end));
      if (!header) return std::unexpected(header.error().context(path_.string()));
      if (!*header || bytes.size() - end < (*header)->frame_size()) break;
      end += (*header)->frame_size();
    }
    if (end == 0 && bytes.size() == wire::max_raw_chunk) {
      return base::fail(base::ErrorCode::invalid, "{} holds a frame that is too large", path_.string());
    }
    return bytes.substr(0, end);
  }

  fs::path path_;
  base::UniqueFd file_;
  std::vector<char> buffer_;
};

// Whether the last of these whole frames is the order's result.
bool ends_with_result(std::string_view frames) {
  std::string_view last;
  while (!frames.empty()) {
    const auto header = wire::read_header(frames);
    if (!header || !*header) return false;
    last = frames.substr(wire::frame_header_size, (*header)->payload_size);
    frames.remove_prefix((*header)->frame_size());
  }
  // Output is most of a spool; its bytes could say anything, so what looks like a result is decoded.
  if (last.find("\"type\":\"result\"") == std::string_view::npos) return false;
  const auto decoded = wire::decode(last);
  const auto* message = decoded ? std::get_if<wire::Message>(&decoded->message) : nullptr;
  return message != nullptr && std::holds_alternative<wire::OrderResult>(*message);
}

}  // namespace

asio::awaitable<void> forward_spool(net::Link& link, std::shared_ptr<LiveOrder> order, std::uint64_t offset,
                                    std::shared_ptr<std::uint64_t> acked, base::Logger log) {
  SpoolReader reader(order->dir.spool());
  while (!link.closed()) {
    if (offset >= *acked + spool_window) {
      co_await order->changed.wait_for(look_again);
      continue;
    }
    const bool complete = order->finished;
    const auto frames = reader.read(offset, *acked + spool_window - offset);
    if (!frames) co_return log->error("order {}: {}", order->dir.id(), frames.error().message);
    if (!frames->empty()) {
      // The runner may still tidy up, but has nothing more to say.
      order->finished |= ends_with_result(*frames);
      co_await link.send_bulk(wire::encode(wire::Spool{order->dir.id(), offset}, *frames));
      offset += frames->size();
    } else if (complete && offset >= order->dir.spool_length()) {
      co_return;
    } else {
      co_await order->changed.wait_for(look_again);
    }
  }
}

}  // namespace slipway::agent
