// Joins small pieces of output into calls of a Sink: neighbours of the same stream become one call of at most
// 32 KiB, and a UTF-8 character is not torn over two calls.
//
//   buffer.room(stream)  ->  read into it  ->  buffer.added(n)  ->  ...  ->  buffer.flush()
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "process/process.h"

namespace slipway::process {

class OutputBuffer {
 public:
  explicit OutputBuffer(Sink sink);

  // Free memory, never less than a page, for the next piece of this stream. What came from the other stream
  // goes to the sink first.
  std::span<char> room(Stream stream);
  void added(std::size_t size);

  // Nothing more has arrived for now: all but the beginning of an unfinished character goes to the sink.
  void flush();
  // Nor will it: everything goes.
  void flush_all();

  // Whether the beginning of a character is held back.
  bool holds() const { return size_ != 0; }

  // The sink's first error. It is not called again after it; further output is dropped.
  const base::Result<>& accepted() const { return accepted_; }

 private:
  void deliver(bool all);
  void give(std::string_view piece);

  Sink sink_;
  std::vector<char> memory_;
  std::size_t size_ = 0;
  Stream stream_ = Stream::out;
  base::Result<> accepted_;
};

}  // namespace slipway::process
