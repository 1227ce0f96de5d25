// A JSON value that knows where it stands in its file.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::jsonc {

struct Position {
  std::size_t line = 1;    // from 1
  std::size_t column = 1;  // from 1, in characters

  auto operator<=>(const Position&) const = default;
};

enum class Kind { null, boolean, integer, decimal, string, list, object };

struct Member;

struct Located {
  Kind kind = Kind::null;
  Position at;
  bool boolean = false;
  std::int64_t integer = 0;       // of Kind::integer
  std::string text;               // of a string; of a number, as it was written
  std::vector<Member> members;    // of an object, in the order of the file
  std::vector<Located> elements;  // of a list
};

struct Member {
  std::string key;
  Position at;  // of the key
  Located value;
};

// The value of the first member with this key, or null.
const Located* value_of(const Located& object, std::string_view key);

// The text in double quotes as it may be shown: on one line, not too long, without credentials.
std::string in_quotes(std::string_view text);

// For "expected …, found …": "the string \"yes\"", "the number 3", "a list".
std::string found(const Located& value);

// The same without the value itself, where it may be secret: "a string".
std::string found_kind(const Located& value);

}  // namespace slipway::jsonc
