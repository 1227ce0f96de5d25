// The project's one error type. Expected failures are returned as values, with a text that a person can act
// on; exceptions are for bugs and cancellation and do not cross the face of a library.
//
//   base::Result<Config> load(path);              // a value or an Error
//   if (!config) return std::unexpected(config.error());
//   return base::fail(ErrorCode::not_found, "there is no app '{}'", name);
#pragma once

#include <fmt/format.h>

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace slipway::base {

// What a caller may do about the failure; the words are in the message.
enum class ErrorCode {
  invalid,      // the input is wrong: repeating it will not help
  not_found,    // the thing that was named does not exist
  conflict,     // the state of the thing forbids it now
  unavailable,  // someone that is needed cannot be reached; may work later
  timeout,      // it took longer than allowed
  cancelled,    // somebody asked to stop
  io,           // the operating system said no
};

// The stable name that logs, the wire and the API use.
std::string_view name_of(ErrorCode code);

struct [[nodiscard]] Error {
  ErrorCode code = ErrorCode::io;
  std::string message;

  // The same failure, told with what was being done: "cannot read x: no such file".
  Error context(std::string_view doing) const;
};

template <class T = void>
using Result = std::expected<T, Error>;

template <class... Args>
std::unexpected<Error> fail(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  return std::unexpected(Error{code, fmt::format(format, std::forward<Args>(args)...)});
}

// The text of errno, without its number: "No space left on device".
std::string errno_text(int error);

// A failed system call: "cannot open /x: Permission denied".
template <class... Args>
std::unexpected<Error> fail_errno(int error, fmt::format_string<Args...> format, Args&&... args) {
  return std::unexpected(
      Error{ErrorCode::io,
            fmt::format("{}: {}", fmt::format(format, std::forward<Args>(args)...), errno_text(error))});
}

}  // namespace slipway::base
