#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace slipway::base {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

struct Sequence {
  std::size_t length;  // bytes that belong together: a character, or what is to be replaced as one
  bool valid;
  bool truncated;  // well-formed as far as it goes, but the input ends
};

std::uint8_t byte_at(std::string_view text, std::size_t index) {
  return static_cast<std::uint8_t>(text[index]);
}

// The sequence at the front of a text that is not empty.
Sequence first_sequence(std::string_view text) {
  const std::uint8_t lead = byte_at(text, 0);
  if (lead < 0x80) return {1, true, false};
  if (lead < 0xc2 || lead > 0xf4) return {1, false, false};
  const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  // The second byte carries the limits against overlong forms, surrogates and what lies beyond U+10FFFF.
  const std::uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const std::uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  for (std::size_t index = 1; index < length; ++index) {
    if (index == text.size()) return {index, false, true};
    const std::uint8_t byte = byte_at(text, index);
    if (byte < (index == 1 ? low : 0x80) || byte > (index == 1 ? high : 0xbf)) return {index, false, false};
  }
  return {length, true, false};
}

bool is_scheme_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '-' || c == '.';
}

// Where the user part of an authority ends ('@'), or npos.
std::size_t end_of_user(std::string_view text, std::size_t start) {
  std::size_t at = std::string_view::npos;
  for (std::size_t index = start; index < text.size(); ++index) {
    const char c = text[index];
    if (c == '@') at = index;
    if (c == '/' || c == '?' || c == '#' || c == '"' || c == '\'' || static_cast<unsigned char>(c) <= ' ')
      break;
  }
  return at;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const Sequence sequence = first_sequence(bytes);
    if (!sequence.valid) return false;
    bytes.remove_prefix(sequence.length);
  }
  return true;
}

std::string to_utf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const Sequence sequence = first_sequence(bytes);
    text += sequence.valid ? bytes.substr(0, sequence.length) : replacement;
    bytes.remove_prefix(sequence.length);
  }
  return text;
}

std::size_t unfinished_utf8_tail(std::string_view bytes) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, bytes.size()); ++back) {
    const std::string_view tail = bytes.substr(bytes.size() - back);
    if ((byte_at(tail, 0) & 0xc0) == 0x80) continue;
    return first_sequence(tail).truncated ? back : 0;
  }
  return 0;
}

std::string shorten(std::string_view text, std::size_t max_bytes) {
  constexpr std::string_view ellipsis = "…";
  // A byte that is replaced grows to three, so what counts is the length of the valid text.
  std::string valid = to_utf8(text.substr(0, max_bytes + 1));
  if (valid.size() <= max_bytes) return valid;
  valid.resize(max_bytes > ellipsis.size() ? max_bytes - ellipsis.size() : 0);
  valid.resize(valid.size() - unfinished_utf8_tail(valid));
  return max_bytes < ellipsis.size() ? valid : valid.append(ellipsis);
}

std::string printable(std::string_view bytes) {
  std::string line;
  for (const char c : shorten(bytes, 1000)) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '\n')
      line += "\\n";
    else if (c == '\t')
      line += "\\t";
    else if (c == '\r')
      line += "\\r";
    else if (code < 0x20 || code == 0x7f)
      line += fmt::format("\\x{:02x}", code);
    else
      line += c;
  }
  return line;
}

std::string mask_credentials(std::string_view text) {
  std::string masked;
  std::size_t done = 0;
  for (std::size_t mark = text.find("://"); mark != std::string_view::npos;
       mark = text.find("://", mark + 3)) {
    const std::size_t user = mark + 3;
    const std::size_t at = end_of_user(text, user);
    if (mark == 0 || !is_scheme_char(text[mark - 1]) || at == std::string_view::npos) continue;
    masked.append(text.substr(done, user - done)).append("***");
    done = at;
  }
  return masked.append(text.substr(done));
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  return fmt::format("{}", fmt::join(parts, separator));
}

namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view space = " \t\r\n\v\f";
  const std::size_t first = text.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(space) - first + 1);
}

}  // namespace slipway::base
