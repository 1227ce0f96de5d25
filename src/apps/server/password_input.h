// A password from the person at the keyboard, or from standard input. Never from the command line, which
// every user of the host can read.
#pragma once

#include <string>

#include "base/error.h"

namespace slipway::apps {

// On a terminal: asked for twice, and not shown. Otherwise one line of standard input.
base::Result<std::string> read_new_password(const std::string& account);

}  // namespace slipway::apps
