#include "base/error.h"

#include <system_error>

namespace slipway::base {

std::string_view name_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid:
      return "invalid";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::conflict:
      return "conflict";
    case ErrorCode::unavailable:
      return "unavailable";
    case ErrorCode::timeout:
      return "timeout";
    case ErrorCode::cancelled:
      return "cancelled";
    case ErrorCode::io:
      return "io";
  }
  return "io";
}

Error Error::context(std::string_view doing) const {
  return {code, fmt::format("{}: {}", doing, message)};
}

std::string errno_text(int error) {
  return std::generic_category().message(error);
}

}  // namespace slipway::base
