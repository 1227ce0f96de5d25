#include "jsonc/syntax_error.h"

#include <fmt/format.h>

#include "base/text.h"
#include "jsonc/reader.h"

namespace slipway::jsonc {
namespace {

using Token = TreeBuilder::Token;
using Expect = TreeBuilder::Expect;

Problem problem(Position at, std::string text) {
  return {at.line, at.column, std::move(text)};
}

std::string_view expected(const TreeBuilder& builder) {
  switch (builder.expect()) {
    case Expect::value:
      return "a value";
    case Expect::value_or_end:
      return "a value or ']'";
    case Expect::key:
      return "a key in double quotes";
    case Expect::key_or_end:
      return "a key in double quotes or '}'";
    case Expect::colon:
      return "':' after the key";
    case Expect::separator:
      return builder.in_object() ? "',' or '}'" : "',' or ']'";
    case Expect::nothing:
      return "nothing more after the end of the configuration";
  }
  return "";
}

std::string_view hint(const TreeBuilder& builder, std::string_view rest) {
  if (rest.starts_with('\'')) return "; strings are written in double quotes";
  const bool begins_value =
      !rest.empty() && std::string_view{",:}]"}.find(rest.front()) == std::string_view::npos;
  return builder.expect() == Expect::separator && begins_value ? "; is a comma missing before this?" : "";
}

// A word as a whole, everything else by its first character.
std::string found_text(std::string_view rest, bool word) {
  if (rest.empty()) return "the end of the file";
  if (!word) return fmt::format("'{}'", base::printable(rest.substr(0, 1)));
  return base::printable(base::shorten(rest.substr(0, rest.find_first_of(" \t\r\n,:{}[]\"/", 1)), 40));
}

Problem explain_string(const SyntaxStop& stop, const TreeBuilder& builder) {
  if (stop.rest.empty() || stop.rest.front() == '\n' || stop.rest.front() == '\r') {
    return problem(builder.token_at(), "this string is not closed on its line; expected '\"'");
  }
  if (static_cast<unsigned char>(stop.rest.front()) < 0x20) {
    return problem(stop.at, "a control character in a string; expected an escape such as \\t or \\n");
  }
  return problem(stop.at,
                 "a wrong escape in a string; expected \\\" \\\\ \\/ \\b \\f \\n \\r \\t or a whole \\uXXXX; "
                 "a backslash that is meant as such is written twice");
}

Problem explain_word(const TreeBuilder& builder, std::string_view text) {
  const std::string_view word = text.substr(builder.token_offset());
  return problem(builder.token_at(), fmt::format("expected {}, found {}{}", expected(builder),
                                                 found_text(word, true), hint(builder, word)));
}

}  // namespace

Problem explain(const SyntaxStop& stop, const TreeBuilder& builder, std::string_view text) {
  using boost::json::error;
  if (stop.error == error::too_deep) {
    return problem(stop.at, fmt::format("lists and objects are nested more than {} deep", max_nesting));
  }
  if (stop.error == error::exponent_overflow) return problem(builder.token_at(), "this number is too large");
  if (builder.token() == Token::word) return explain_word(builder, text);
  // A quote that is refused itself begins no string.
  if (builder.token() == Token::string && stop.at != builder.token_at()) return explain_string(stop, builder);
  return problem(stop.at, fmt::format("expected {}, found {}{}", expected(builder),
                                      found_text(stop.rest, false), hint(builder, stop.rest)));
}

}  // namespace slipway::jsonc
