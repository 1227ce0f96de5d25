#include "process/process.h"
#include "process/program.h"

namespace slipway::process {
namespace {

base::Result<> keep(Captured& captured, std::size_t max_bytes, Stream stream, std::string_view piece) {
  std::string& text = stream == Stream::out ? captured.out : captured.err;
  if (piece.size() > max_bytes - text.size()) {
    return base::fail(base::ErrorCode::invalid, "more than {} bytes on standard {}", max_bytes,
                      stream == Stream::out ? "output" : "error");
  }
  text += piece;
  return {};
}

}  // namespace

asio::awaitable<base::Result<Captured>> capture(Command command, std::size_t max_bytes, StopRequest* stop) {
  Captured captured;
  const std::string title = title_of(command);
  const Sink sink = [&captured, &title, max_bytes](Stream stream, std::string_view piece) -> base::Result<> {
    auto kept = keep(captured, max_bytes, stream, piece);
    if (!kept) return std::unexpected(kept.error().context(title));
    return {};
  };
  const auto exit = co_await run(std::move(command), sink, stop);
  if (!exit) co_return std::unexpected(exit.error());
  captured.exit = *exit;
  co_return captured;
}

}  // namespace slipway::process
