// The reference page of a file, made from the description of its keys.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "jsonc/schema.h"

namespace slipway::jsonc {

// One kind of object as a Markdown table under its title.
std::string reference_table(std::string_view title, const std::vector<KeyInfo>& keys);

}  // namespace slipway::jsonc
