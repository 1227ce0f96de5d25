// Reads how the code lies on a node. Each reader reports what is wrong and then leaves the result as it was.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "server/config/schema.h"

namespace slipway::server::config {

enum class Layout { in_place, releases };

void read_layout(const Field& field, Layout& result);
// Relative paths that stay in the release, and of which none lies in another.
void read_shared(const Field& field, std::vector<std::string>& result);
void read_keep_releases(const Field& field, std::uint32_t& result);

}  // namespace slipway::server::config
