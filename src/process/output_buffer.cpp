#include "process/output_buffer.h"

#include <unistd.h>

#include <algorithm>

#include "base/text.h"

namespace slipway::process {
namespace {

constexpr std::size_t largest_call = std::size_t{32} << 10U;

}  // namespace

OutputBuffer::OutputBuffer(Sink sink)
    : sink_(std::move(sink)), memory_(largest_call + static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))) {}

std::span<char> OutputBuffer::room(Stream stream) {
  if (stream != stream_) flush_all();
  stream_ = stream;
  return std::span{memory_}.subspan(size_);
}

void OutputBuffer::added(std::size_t size) {
  size_ += size;
  if (size_ >= largest_call) flush();
}

void OutputBuffer::flush() {
  deliver(false);
}

void OutputBuffer::flush_all() {
  deliver(true);
}

void OutputBuffer::deliver(bool all) {
  std::string_view rest{memory_.data(), size_};
  while (!rest.empty()) {
    std::string_view piece = rest.substr(0, largest_call);
    const bool last = piece.size() == rest.size();
    if (!(all && last)) piece.remove_suffix(base::unfinished_utf8_tail(piece));
    if (piece.empty()) break;
    give(piece);
    rest.remove_prefix(piece.size());
  }
  std::ranges::copy(rest, memory_.begin());
  size_ = rest.size();
}

void OutputBuffer::give(std::string_view piece) {
  if (accepted_) accepted_ = sink_(stream_, piece);
}

}  // namespace slipway::process
