#include "jsonc/located.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace slipway::jsonc {

const Located* value_of(const Located& object, std::string_view key) {
  const auto member = std::ranges::find(object.members, key, &Member::key);
  return member == object.members.end() ? nullptr : &member->value;
}

std::string in_quotes(std::string_view text) {
  return fmt::format("\"{}\"", base::printable(base::shorten(base::mask_credentials(text), 80)));
}

std::string found(const Located& value) {
  switch (value.kind) {
    case Kind::boolean:
      return value.boolean ? "true" : "false";
    case Kind::integer:
    case Kind::decimal:
      return fmt::format("the number {}", base::shorten(value.text, 40));
    case Kind::string:
      return fmt::format("the string {}", in_quotes(value.text));
    default:
      return found_kind(value);
  }
}

std::string found_kind(const Located& value) {
  switch (value.kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return "true or false";
    case Kind::integer:
    case Kind::decimal:
      return "a number";
    case Kind::string:
      return "a string";
    case Kind::list:
      return "a list";
    case Kind::object:
      return "an object";
  }
  return "";
}

}  // namespace slipway::jsonc
