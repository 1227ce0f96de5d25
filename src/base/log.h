// Logging: every class that logs is given a Logger; there is no global one.
#pragma once

#include <spdlog/logger.h>

#include <memory>
#include <string>

namespace slipway::base {

using Logger = std::shared_ptr<spdlog::logger>;

// A logger that writes lines "2026-11-23T08:00:00.000Z info  text" to standard error.
Logger make_stderr_logger(bool debug);

// A logger that drops everything, for tests.
Logger make_null_logger();

}  // namespace slipway::base
