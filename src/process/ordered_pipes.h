// Two pipes for a child's standard output and standard error that are read in the order in which they were
// written, across both.
//
// How: in packet mode (O_DIRECT) with room for one packet, a pipe holds at most one write; the next one
// blocks until it has been read. An edge-triggered epoll reports descriptors in the order in which they
// became readable. So one read per report gives back the writes one by one, in their order. It costs a switch
// between writer and reader for each 4 KiB: about 200 MB/s. Where the kernel refuses one of the two, nothing
// is lost, but the order across the two streams is only nearly right. The same holds for a program that opens
// /dev/stdout anew, which leaves packet mode.
#pragma once

#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstddef>
#include <optional>

#include "base/error.h"
#include "base/time.h"
#include "base/unique_fd.h"
#include "process/output_buffer.h"
#include "process/spawn.h"

namespace slipway::process {

class OrderedPipes {
 public:
  static base::Result<OrderedPipes> create(const asio::any_io_executor& executor);

  // For the child; the parent closes its own once the child has them.
  Outputs write_ends() const;
  void close_write_ends();

  // This descriptor's becoming readable ends ready() too, once.
  base::Result<> also_wake_for(int fd);

  // Waits until there is something to read, the limit is over, or the coroutine is cancelled.
  asio::awaitable<void> ready(std::optional<base::Millis> limit);

  // Reads until nothing is there, or about `limit` bytes; returns how many. Never blocks.
  std::size_t read_into(OutputBuffer& buffer, std::size_t limit);

  // Whether everybody who could write has closed both pipes, and all was read.
  bool at_end() const;

 private:
  struct Pipe {
    base::UniqueFd read_end;
    base::UniqueFd write_end;
    bool exact = false;  // one packet at a time
  };

  explicit OrderedPipes(asio::posix::stream_descriptor epoll) : epoll_(std::move(epoll)) {}
  static base::Result<Pipe> open_pipe();
  base::Result<> watch(int fd, std::uint32_t events, std::uint32_t index);
  base::Result<> add_pipes();
  std::size_t read_reports(OutputBuffer& buffer);
  std::size_t read_reported(Stream stream, bool closed, OutputBuffer& buffer);

  std::array<Pipe, 2> pipes_;  // by Stream
  asio::posix::stream_descriptor epoll_;
};

}  // namespace slipway::process
