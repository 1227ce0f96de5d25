#include "agent/spool_writer.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/file.h"
#include "base/text.h"
#include "base/time.h"

namespace slipway::agent {
namespace {

// A few step messages and a result fit into it many times.
constexpr std::uint64_t reserve_size = 64 * 1024;
// What is asked of the disk at once when there is much output.
constexpr std::uint64_t output_room = 1024 * 1024;
// Of one message (docs/protocol.md).
constexpr std::size_t largest_output = 32 * 1024;

}  // namespace

base::Result<SpoolWriter> SpoolWriter::create(const OrderDir& order) {
  base::UniqueFd file{::open(order.spool().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
  if (!file && errno == EEXIST) return base::fail(base::ErrorCode::conflict, "the order was started before");
  if (!file) return base::fail_errno(errno, "cannot create {}", order.spool().string());
  // The name must be durable before the first command runs: it is what prevents a second start.
  if (auto synced = base::sync_directory(order.path()); !synced) return std::unexpected(synced.error());
  SpoolWriter writer(std::move(file), 0);
  // Twice: most orders have little output, which then needs no more.
  if (writer.allocate(2 * reserve_size) || writer.allocate(reserve_size)) return writer;
  return base::fail_errno(errno, "cannot reserve {} KiB for the order's result in {}", reserve_size / 1024,
                          order.spool().string());
}

base::Result<SpoolWriter> SpoolWriter::reopen(const OrderDir& order) {
  base::UniqueFd file{::open(order.spool().c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
  if (!file) return base::fail_errno(errno, "cannot open {}", order.spool().string());
  const auto end = scan_spool(order.spool());
  if (!end) return std::unexpected(end.error());
  // Cut only where there is something to cut off: it would give the reserve back.
  const bool cut = order.spool_length() != end->whole_frames;
  if ((cut && ::ftruncate(file.get(), static_cast<off_t>(end->whole_frames)) != 0) ||
      ::lseek(file.get(), static_cast<off_t>(end->whole_frames), SEEK_SET) < 0) {
    return base::fail_errno(errno, "cannot cut {}", order.spool().string());
  }
  return SpoolWriter(std::move(file), end->whole_frames);
}

// Room on the disk behind the end of the file, where the spool will grow into it (fallocate(2)).
bool SpoolWriter::allocate(std::uint64_t end) {
  const int done = ::fallocate(file_.get(), FALLOC_FL_KEEP_SIZE, static_cast<off_t>(length_),
                               static_cast<off_t>(end - length_));
  // Not every file system can promise room; there a full disk may cost the result.
  if (done != 0 && errno != EOPNOTSUPP && errno != ENOSYS) return false;
  allocated_ = end;
  return true;
}

// Before output of this size: refuses it where it would use up the room for the result.
base::Result<> SpoolWriter::keep_reserve(std::size_t frame_size) {
  const std::uint64_t needed = length_ + frame_size + reserve_size;
  if (needed <= allocated_ || allocate(needed + output_room) || allocate(needed)) return {};
  return base::fail_errno(errno, "the order's output cannot be kept");
}

base::Result<> SpoolWriter::append(std::string_view frame) {
  if (auto written = base::write_all(file_.get(), frame); !written) {
    // No half frame may stay: what is appended next must be readable.
    if (::ftruncate(file_.get(), static_cast<off_t>(length_)) == 0) {
      (void)::lseek(file_.get(), static_cast<off_t>(length_), SEEK_SET);
    }
    return std::unexpected(written.error().context("the order's output cannot be kept"));
  }
  length_ += frame.size();
  return {};
}

void SpoolWriter::mask(const base::Secrets& secrets) {
  secrets_ = &secrets;
  out_.emplace(secrets);
  err_.emplace(secrets);
}

std::string SpoolWriter::masked(std::string_view text) const {
  return secrets_ == nullptr ? std::string(text) : secrets_->mask(text);
}

base::Result<> SpoolWriter::output(wire::OutputStream stream, std::string_view bytes) {
  auto& masker = stream == wire::OutputStream::stdout_ ? out_ : err_;
  return masker ? write_output(stream, masker->feed(bytes)) : write_output(stream, bytes);
}

// A step that has ended says nothing more: what was held back is no secret.
void SpoolWriter::write_held() {
  if (out_) (void)write_output(wire::OutputStream::stdout_, out_->finish());
  if (err_) (void)write_output(wire::OutputStream::stderr_, err_->finish());
}

base::Result<> SpoolWriter::write_output(wire::OutputStream stream, std::string_view bytes) {
  while (bytes.size() > largest_output) {
    std::string_view piece = bytes.substr(0, largest_output);
    piece.remove_suffix(base::unfinished_utf8_tail(piece));
    if (auto written = write_output(stream, piece); !written) return written;
    bytes.remove_prefix(piece.size());
  }
  if (bytes.empty()) return {};
  const std::string frame = wire::encode(wire::Output{wire::name_of(stream)}, bytes);
  if (auto kept = keep_reserve(frame.size()); !kept) return kept;
  return append(frame);
}

void SpoolWriter::note(std::string_view line) {
  const std::string text = base::shorten(masked(line), 8192) + "\n";
  (void)append(wire::encode(wire::Output{wire::name_of(wire::OutputStream::note)}, text));
}

void SpoolWriter::step_started(wire::StepName step) {
  (void)append(wire::encode(wire::StepStarted{wire::name_of(step), base::to_rfc3339(base::now())}));
}

void SpoolWriter::step_finished(const wire::StepFinished& finished) {
  write_held();
  (void)append(wire::encode(finished));
}

base::Result<> SpoolWriter::result(const wire::OrderResult& result) {
  wire::OrderResult told = result;
  if (told.reason) told.reason = masked(*told.reason);
  if (auto written = append(wire::encode(told)); !written) return written;
  if (::fdatasync(file_.get()) != 0) return base::fail_errno(errno, "cannot flush the spool");
  // What of the reserve was not needed goes back.
  (void)::ftruncate(file_.get(), static_cast<off_t>(length_));
  return {};
}

namespace {

void note_message(SpoolEnd& end, std::string_view payload) {
  const auto decoded = wire::decode(payload);
  if (!decoded) return;
  const auto* message = std::get_if<wire::Message>(&decoded->message);
  if (message == nullptr) return;
  if (const auto* started = std::get_if<wire::StepStarted>(message)) end.open_step = started->step;
  if (const auto* finished = std::get_if<wire::StepFinished>(message)) {
    end.open_step.clear();
    if (finished->revision) end.revision_after = finished->revision;
    if (finished->revision && finished->step == "check") end.revision_before = finished->revision;
  }
  if (const auto* result = std::get_if<wire::OrderResult>(message)) end.result = *result;
}

}  // namespace

base::Result<SpoolEnd> scan_spool(const fs::path& spool) {
  const base::UniqueFd file{::open(spool.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file) return base::fail_errno(errno, "cannot open {}", spool.string());
  SpoolEnd end;
  wire::FrameDecoder decoder;
  std::uint64_t fed = 0;
  char buffer[65536];
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return base::fail_errno(errno, "cannot read {}", spool.string());
    if (got == 0) return end;
    decoder.feed({buffer, static_cast<std::size_t>(got)});
    fed += static_cast<std::uint64_t>(got);
    for (;;) {
      const auto frame = decoder.next();
      // What is no frame after whole frames is the rest of a write that power loss cut.
      if (!frame) return end;
      if (!*frame) break;
      end.whole_frames = fed - decoder.pending();
      // Output is most of a spool and says nothing about its end.
      if ((*frame)->payload.size() < 4096 || (*frame)->payload.find("\"result\"") != std::string_view::npos) {
        note_message(end, (*frame)->payload);
      }
    }
  }
}

}  // namespace slipway::agent
