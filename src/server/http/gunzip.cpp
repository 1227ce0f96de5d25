#include "server/http/gunzip.h"

#include <zlib.h>

#include <array>
#include <stdexcept>

namespace slipway::server::http {
namespace {

class Inflater {
 public:
  Inflater() {
    // 16: the input is gzip, not bare zlib.
    if (::inflateInit2(&state_, 16 + MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { ::inflateEnd(&state_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  z_stream* operator->() { return &state_; }
  int step() { return ::inflate(&state_, Z_NO_FLUSH); }

 private:
  z_stream state_{};
};

}  // namespace

std::string gunzip(std::string_view compressed) {
  Inflater inflater;
  // zlib's interface predates const.
  inflater->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
  inflater->avail_in = static_cast<uInt>(compressed.size());
  std::string content;
  std::array<char, std::size_t{16} << 10U> piece{};
  int state = Z_OK;
  while (state == Z_OK) {
    inflater->next_out = reinterpret_cast<Bytef*>(piece.data());
    inflater->avail_out = static_cast<uInt>(piece.size());
    state = inflater.step();
    content.append(piece.data(), piece.size() - inflater->avail_out);
  }
  if (state != Z_STREAM_END) throw std::runtime_error("an embedded file is not gzip");
  return content;
}

}  // namespace slipway::server::http
