// What a reload changes, in sentences for the log: one for each app, node and key. Pure.
#pragma once

#include <string>
#include <vector>

#include "server/config/schema.h"

namespace slipway::server::config {

// Of two files that were read without a problem. A value is only shown where it cannot hold a secret.
std::vector<std::string> differences(const Located& before, const Located& after);

}  // namespace slipway::server::config
