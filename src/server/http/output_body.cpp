#include "server/http/output_body.h"

#include <algorithm>

namespace slipway::server::http {
namespace {

constexpr std::uint64_t piece_bytes = std::uint64_t{256} << 10U;

}  // namespace

asio::awaitable<base::Result<std::string>> OutputBody::next() {
  if (left_ == 0) co_return std::string{};
  const auto wanted = static_cast<std::size_t>(std::min(left_, piece_bytes));
  auto piece = co_await database_.run([order = order_id_, offset = offset_, wanted](store::Store& store) {
    return store.read_output(order, offset, wanted);
  });
  if (!piece) co_return piece;
  if (piece->empty()) {
    co_return base::fail(base::ErrorCode::io,
                         "the output of order {} ends at {}; {} more bytes were expected", order_id_, offset_,
                         left_);
  }
  offset_ += piece->size();
  left_ -= piece->size();
  co_return piece;
}

}  // namespace slipway::server::http
