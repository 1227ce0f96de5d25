// Reads single values. Each reports what is wrong and then leaves the result as it was.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "base/time.h"
#include "jsonc/report.h"

namespace slipway::jsonc {

// What is wrong with a value; none: nothing is.
using Complaint = std::optional<std::string>;

// The text of a string, or null with a problem.
const std::string* text_of(const Field& field);

// A string that a rule does not complain about, or null with a problem.
const std::string* text_by(const Field& field, Complaint (*rule)(std::string_view));

void read_text(const Field& field, std::string& result);
void read_bool(const Field& field, bool& result);

// A number of bytes, or "2GiB".
void read_size(const Field& field, std::uint64_t& result);

// Of a number of seconds, or of "10m"; none: it is neither.
std::optional<base::Millis> duration_of(const Located& value);

// A duration of more than 0 and at most 7 days.
void read_timeout(const Field& field, base::Millis& result);

bool has_control_character(std::string_view text);

// One of some words.
template <class Enum, std::size_t Count>
std::optional<Enum> read_word(const Field& field,
                              const std::array<std::pair<std::string_view, Enum>, Count>& words) {
  std::vector<std::string> known;
  for (const auto& [word, value] : words) {
    if (field.value.kind == Kind::string && field.value.text == word) return value;
    known.emplace_back(word);
  }
  const std::string meant = field.value.kind == Kind::string ? base::nearest(field.value.text, known) : "";
  if (meant.empty())
    field.unexpected();
  else
    field.problem(fmt::format("expected {}, found {}; did you mean \"{}\"?", field.expected,
                              found(field.value), meant));
  return std::nullopt;
}

}  // namespace slipway::jsonc
