#include "server/http/output_headers.h"

#include <fmt/format.h>

#include <algorithm>

#include "server/http/target.h"

namespace slipway::server::http {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.';
}

// With a second form for names that ASCII cannot write (RFC 6266).
std::string content_disposition(const std::string& name) {
  if (std::ranges::all_of(name, is_plain)) return fmt::format("inline; filename=\"{}\"", name);
  std::string plain = name;
  std::ranges::replace_if(plain, [](char c) { return !is_plain(c); }, '_');
  return fmt::format("inline; filename=\"{}\"; filename*=UTF-8''{}", plain, percent_encode(name));
}

}  // namespace

Headers output_headers(std::int64_t deployment, const std::string& alias) {
  return {
      {"Content-Type", "application/octet-stream"},
      {"Content-Disposition", content_disposition(fmt::format("deployment-{}-{}.log", deployment, alias))},
      {"Accept-Ranges", "bytes"}};
}

std::string content_range(const ByteRange& range, std::uint64_t size) {
  return fmt::format("bytes {}-{}/{}", range.offset, range.offset + range.length - 1, size);
}

}  // namespace slipway::server::http
