#include "base/error.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <set>

namespace slipway::base {
namespace {

TEST(Error, HasANameForEveryCode) {
  using enum ErrorCode;
  std::set<std::string_view> names;
  for (const ErrorCode code : {invalid, not_found, conflict, unavailable, timeout, cancelled, io})
    names.insert(name_of(code));
  EXPECT_EQ(names, (std::set<std::string_view>{"invalid", "not_found", "conflict", "unavailable", "timeout",
                                               "cancelled", "io"}));
}

TEST(Error, IsToldWithWhatWasBeingDone) {
  const Error error = Error{ErrorCode::not_found, "no such app"}.context("deploying x");
  EXPECT_EQ(error.code, ErrorCode::not_found);
  EXPECT_EQ(error.message, "deploying x: no such app");
}

TEST(Error, SaysWhatTheSystemSaid) {
  const Result<> failed = fail_errno(ENOSPC, "cannot write {}", "/x");
  EXPECT_EQ(failed.error().code, ErrorCode::io);
  EXPECT_EQ(failed.error().message, "cannot write /x: No space left on device");
}

}  // namespace
}  // namespace slipway::base
