// Text that comes from outside: made valid, printable and free of credentials before a person sees it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::base {

// Whether the bytes are well-formed UTF-8 (Unicode 15, table 3-7: no surrogates, no overlong forms).
bool is_utf8(std::string_view bytes);

// The bytes with every ill-formed sequence replaced by U+FFFD.
std::string to_utf8(std::string_view bytes);

// How many bytes at the end of `bytes` are the beginning of a character that is not finished (0 to 3): a
// reader of a stream holds them back until the rest arrives.
std::size_t unfinished_utf8_tail(std::string_view bytes);

// At most `max_bytes` of valid UTF-8, cut between characters, with "…" at the end where something was cut.
std::string shorten(std::string_view text, std::size_t max_bytes);

// For one line of a log: valid UTF-8 with control characters written as \n, \t, \x1b, cut at 1000 bytes.
std::string printable(std::string_view bytes);

// "https://user:password@host/x" becomes "https://***@host/x", wherever such a URL stands in the text.
std::string mask_credentials(std::string_view text);

// The strings with a separator between them.
std::string join(const std::vector<std::string>& parts, std::string_view separator);

// Of `known`, the word that is nearest to `word` by edit distance, or "" where none is near enough to be
// meant.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

// White space (including line ends) removed at both ends.
std::string_view trim(std::string_view text);

}  // namespace slipway::base
