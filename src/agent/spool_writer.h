// Appends wire frames to an order's spool. Used by the runner, which is the only writer while it holds the
// order's lock. Blocking: the runner has nothing else to do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "agent/order_dir.h"
#include "base/error.h"
#include "base/masker.h"
#include "base/unique_fd.h"
#include "wire/message.h"

namespace slipway::agent {

class SpoolWriter {
 public:
  // Makes the spool, and reserves a little space for the result on the disk. That the spool exists already is
  // an error (conflict): the order was started before and must not be started again.
  static base::Result<SpoolWriter> create(const OrderDir& order);

  // Opens the spool of an order whose runner died; cuts off a frame that was not written to its end.
  static base::Result<SpoolWriter> reopen(const OrderDir& order);

  // From now on these stand in nothing that is written here. `secrets` outlives the writer.
  void mask(const base::Secrets& secrets);

  // An error of `output` means that the disk is full but for the reserve: what a step and an order ended with
  // can still be told.
  base::Result<> output(wire::OutputStream stream, std::string_view bytes);
  void note(std::string_view line);
  void step_started(wire::StepName step);
  void step_finished(const wire::StepFinished& finished);
  // The last message, flushed to disk.
  base::Result<> result(const wire::OrderResult& result);

 private:
  SpoolWriter(base::UniqueFd file, std::uint64_t length) : file_(std::move(file)), length_(length) {}

  base::Result<> write_output(wire::OutputStream stream, std::string_view bytes);
  void write_held();
  std::string masked(std::string_view text) const;
  base::Result<> append(std::string_view frame);
  base::Result<> keep_reserve(std::size_t frame_size);
  bool allocate(std::uint64_t end);

  base::UniqueFd file_;
  std::uint64_t length_;
  const base::Secrets* secrets_ = nullptr;
  // What could be the beginning of a secret waits for the rest, each stream for itself.
  std::optional<base::StreamMasker> out_;
  std::optional<base::StreamMasker> err_;
  std::uint64_t allocated_ = 0;  // up to here the disk has room for the spool
};

// What stands at the end of a spool. Reads the whole file, in pieces.
struct SpoolEnd {
  std::uint64_t whole_frames = 0;  // length up to the end of the last whole frame
  std::optional<wire::OrderResult> result;
  std::string open_step;  // started and not finished
  std::optional<std::string> revision_before;
  std::optional<std::string> revision_after;  // of the working copy, as far as the spool tells
};
base::Result<SpoolEnd> scan_spool(const fs::path& spool);

}  // namespace slipway::agent
