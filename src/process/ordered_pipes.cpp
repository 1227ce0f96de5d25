#include "process/ordered_pipes.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>

namespace slipway::process {
namespace {

constexpr auto quietly = asio::as_tuple(asio::use_awaitable);
constexpr std::uint32_t other_index = 2;
// Whoever wrote a full packet is about to write the next one: giving way a few times (microseconds) is much
// cheaper than going to sleep for each, and lets the buffer join packets.
constexpr int tries_in_bulk = 64;

int page_size() {
  return static_cast<int>(::sysconf(_SC_PAGESIZE));
}

ssize_t read_some(int fd, std::span<char> room) {
  for (;;) {
    const ssize_t got = ::read(fd, room.data(), room.size());
    if (got >= 0 || errno != EINTR) return got;
  }
}

}  // namespace

base::Result<OrderedPipes::Pipe> OrderedPipes::open_pipe() {
  int ends[2];
  const bool packets = ::pipe2(ends, O_CLOEXEC | O_DIRECT) == 0;
  if (!packets && ::pipe2(ends, O_CLOEXEC) != 0) return base::fail_errno(errno, "cannot make a pipe");
  Pipe pipe{base::UniqueFd{ends[0]}, base::UniqueFd{ends[1]}};
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  pipe.exact = ::fcntl(ends[1], F_SETPIPE_SZ, page_size()) == page_size() && packets;
  // A process that was started with a standard descriptor closed gets its number here; the child's would
  // clash.
  if (ends[1] <= STDERR_FILENO) {
    pipe.write_end.reset(::fcntl(ends[1], F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!pipe.write_end) return base::fail_errno(errno, "cannot make a pipe");
  }
  return pipe;
}

base::Result<OrderedPipes> OrderedPipes::create(const asio::any_io_executor& executor) {
  base::UniqueFd epoll{::epoll_create1(EPOLL_CLOEXEC)};
  if (!epoll) return base::fail_errno(errno, "cannot make an epoll descriptor");
  asio::posix::stream_descriptor descriptor{executor};
  boost::system::error_code error;
  descriptor.assign(epoll.get(), error);
  if (error) return base::fail(base::ErrorCode::io, "cannot watch an epoll descriptor: {}", error.message());
  epoll.release();
  OrderedPipes pipes{std::move(descriptor)};
  if (auto added = pipes.add_pipes(); !added) return std::unexpected(added.error());
  return pipes;
}

base::Result<> OrderedPipes::add_pipes() {
  for (std::uint32_t index = 0; index < pipes_.size(); ++index) {
    auto pipe = open_pipe();
    if (!pipe) return std::unexpected(pipe.error());
    pipes_[index] = std::move(*pipe);
    // With more than one packet in the pipe an edge can stand for several, so the level must be reported.
    const std::uint32_t events = pipes_[index].exact ? EPOLLIN | EPOLLET : EPOLLIN;
    auto watched = watch(pipes_[index].read_end.get(), events, index);
    if (!watched) return watched;
  }
  return {};
}

base::Result<> OrderedPipes::watch(int fd, std::uint32_t events, std::uint32_t index) {
  epoll_event event{};
  event.events = events;
  event.data.u32 = index;
  if (::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, fd, &event) != 0) {
    return base::fail_errno(errno, "cannot watch a child's descriptor");
  }
  return {};
}

base::Result<> OrderedPipes::also_wake_for(int fd) {
  return watch(fd, EPOLLIN | EPOLLET, other_index);
}

Outputs OrderedPipes::write_ends() const {
  return {pipes_[0].write_end.get(), pipes_[1].write_end.get()};
}

void OrderedPipes::close_write_ends() {
  for (Pipe& pipe : pipes_) pipe.write_end.reset();
}

bool OrderedPipes::at_end() const {
  return std::ranges::none_of(pipes_, [](const Pipe& pipe) { return bool{pipe.read_end}; });
}

asio::awaitable<void> OrderedPipes::ready(std::optional<base::Millis> limit) {
  constexpr auto readable = asio::posix::descriptor_base::wait_read;
  if (!limit) {
    co_await epoll_.async_wait(readable, quietly);
    co_return;
  }
  asio::steady_timer timer{epoll_.get_executor(), *limit};
  auto either = asio::experimental::make_parallel_group(epoll_.async_wait(readable, asio::deferred),
                                                        timer.async_wait(asio::deferred));
  co_await either.async_wait(asio::experimental::wait_for_one(), quietly);
}

std::size_t OrderedPipes::read_into(OutputBuffer& buffer, std::size_t limit) {
  std::size_t total = 0;
  const auto full_packet = static_cast<std::size_t>(page_size());
  int patience = 0;
  while (total < limit) {
    const std::size_t got = read_reports(buffer);
    total += got;
    if (got > 0) {
      patience = got >= full_packet ? tries_in_bulk : 0;
    } else if (patience-- > 0) {
      ::sched_yield();
    } else {
      break;
    }
  }
  return total;
}

// One read for each pipe that is reported.
std::size_t OrderedPipes::read_reports(OutputBuffer& buffer) {
  std::array<epoll_event, 3> events{};
  const int count = ::epoll_wait(epoll_.native_handle(), events.data(), static_cast<int>(events.size()), 0);
  std::size_t total = 0;
  for (int index = 0; index < count; ++index) {
    const epoll_event& event = events[static_cast<std::size_t>(index)];
    if (event.data.u32 == other_index) continue;
    const bool closed = (event.events & (EPOLLHUP | EPOLLERR)) != 0;
    total += read_reported(static_cast<Stream>(event.data.u32), closed, buffer);
  }
  return total;
}

// One packet; when there are no writers any more, what is left, since no further report will come.
std::size_t OrderedPipes::read_reported(Stream stream, bool closed, OutputBuffer& buffer) {
  base::UniqueFd& end = pipes_[static_cast<std::size_t>(stream)].read_end;
  std::size_t total = 0;
  do {
    const std::span<char> room = buffer.room(stream);
    const ssize_t got = read_some(end.get(), room);
    if (got < 0 && errno == EAGAIN) break;
    if (got <= 0) {
      end.reset();
      break;
    }
    buffer.added(static_cast<std::size_t>(got));
    total += static_cast<std::size_t>(got);
  } while (closed);
  return total;
}

}  // namespace slipway::process
