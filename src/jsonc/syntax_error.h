// What Boost's parser calls "syntax error", told as a sentence that says what was expected.
#pragma once

#include <boost/json/error.hpp>
#include <string_view>

#include "jsonc/tree_builder.h"

namespace slipway::jsonc {

struct SyntaxStop {
  boost::json::error_code error;  // none: there is more after the end of the document
  std::string_view rest;          // the text from the byte that was refused; empty at the end of the file
  Position at;                    // of that byte
};

Problem explain(const SyntaxStop& stop, const TreeBuilder& builder, std::string_view text);

}  // namespace slipway::jsonc
