// JSON from and to described structs: the description (BOOST_DESCRIBE_STRUCT) is the one place that says
// which members a message has; encoder, decoder and error texts derive from it.
//
//   struct Ack { std::string order; std::uint64_t offset = 0; };
//   BOOST_DESCRIBE_STRUCT(Ack, (), (order, offset))
//
//   json::encode(ack);                         // boost::json::object
//   json::decode<Ack>(value);                  // Result<Ack>, "offset: expected a whole number"
//
// A std::optional member may be absent or null, and is encoded as null-less absence on the wire (encode) or
// as null (encode_with_nulls, for the HTTP API whose members are always there). Every other member is
// required. Members that are not described are ignored, unless Strict says that they are an error. Enums are
// described with BOOST_DESCRIBE_ENUM and written as their names.
#pragma once

#include <algorithm>
#include <boost/describe.hpp>
#include <boost/json.hpp>
#include <boost/mp11.hpp>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "base/error.h"

namespace slipway::json {

using boost::json::array;
using boost::json::object;
using boost::json::value;

// Parses one JSON text. Depth is bounded; the error says what is wrong, not where.
base::Result<value> parse(std::string_view text);

// Parses one JSON text that must be an object.
base::Result<object> parse_object(std::string_view text);

enum class Strict { no, yes };

namespace detail {

template <class T>
using Members =
    boost::describe::describe_members<T, boost::describe::mod_any_access | boost::describe::mod_inherited>;

template <class T>
inline constexpr bool is_described = boost::describe::has_describe_members<T>::value;

template <class T>
struct Optional : std::false_type {};
template <class T>
struct Optional<std::optional<T>> : std::true_type {};

template <class T>
struct Vector : std::false_type {};
template <class T>
struct Vector<std::vector<T>> : std::true_type {};

template <class T>
struct StringMap : std::false_type {};
template <class T>
struct StringMap<std::map<std::string, T>> : std::true_type {};

base::Error expected(std::string_view what, const value& found);
base::Error inside(std::string_view member, base::Error error);
base::Error missing(std::string_view member);
base::Error unknown(std::string_view member, const std::vector<std::string>& known);

}  // namespace detail

template <class T>
value encode_value(const T& from, bool nulls);

template <class T>
object encode_members(const T& from, bool nulls) {
  object out;
  boost::mp11::mp_for_each<detail::Members<T>>([&](auto member) {
    const auto& field = from.*member.pointer;
    if constexpr (detail::Optional<std::remove_cvref_t<decltype(field)>>::value) {
      if (!field && !nulls) return;
    }
    out.emplace(member.name, encode_value(field, nulls));
  });
  return out;
}

template <class T>
value encode_value(const T& from, bool nulls) {
  if constexpr (std::is_enum_v<T>) {
    return boost::describe::enum_to_string(from, "");
  } else if constexpr (std::is_same_v<T, bool> || std::is_arithmetic_v<T>) {
    return from;
  } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
    return boost::json::string(std::string_view(from));
  } else if constexpr (std::is_same_v<T, object> || std::is_same_v<T, value>) {
    return from;
  } else if constexpr (detail::Optional<T>::value) {
    return from ? encode_value(*from, nulls) : value(nullptr);
  } else if constexpr (detail::Vector<T>::value) {
    array out;
    out.reserve(from.size());
    for (const auto& element : from) out.push_back(encode_value(element, nulls));
    return out;
  } else if constexpr (detail::StringMap<T>::value) {
    object out;
    for (const auto& [key, element] : from) out.emplace(key, encode_value(element, nulls));
    return out;
  } else {
    static_assert(detail::is_described<T>, "describe the struct with BOOST_DESCRIBE_STRUCT");
    return encode_members(from, nulls);
  }
}

// Absent optionals are left out.
template <class T>
object encode(const T& from) {
  return encode_members(from, false);
}

// Absent optionals are null.
template <class T>
object encode_with_nulls(const T& from) {
  return encode_members(from, true);
}

template <class T>
base::Result<T> decode_value(const value& from, Strict strict);

template <class T>
base::Result<T> decode_integer(const value& from) {
  boost::system::error_code error;
  const T number = from.is_number() && !from.is_double() ? from.to_number<T>(error) : T{};
  if (!from.is_number() || from.is_double() || error) {
    return std::unexpected(detail::expected("a whole number in range", from));
  }
  return number;
}

template <class T>
base::Result<T> decode_enum(const value& from) {
  std::optional<T> found;
  std::string names;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>([&](auto entry) {
    names.append(names.empty() ? "" : ", ").append(entry.name);
    if (from.is_string() && from.get_string() == entry.name) found = entry.value;
  });
  if (found) return *found;
  return std::unexpected(detail::expected("one of " + names, from));
}

template <class T>
base::Result<std::vector<T>> decode_vector(const value& from, Strict strict) {
  if (!from.is_array()) return std::unexpected(detail::expected("a list", from));
  std::vector<T> result;
  for (const value& element : from.get_array()) {
    auto decoded = decode_value<T>(element, strict);
    if (!decoded)
      return std::unexpected(detail::inside(std::to_string(result.size()), std::move(decoded.error())));
    result.push_back(std::move(*decoded));
  }
  return result;
}

template <class T>
base::Result<std::map<std::string, T>> decode_map(const value& from, Strict strict) {
  if (!from.is_object()) return std::unexpected(detail::expected("an object", from));
  std::map<std::string, T> result;
  for (const auto& [key, element] : from.get_object()) {
    auto decoded = decode_value<T>(element, strict);
    if (!decoded) return std::unexpected(detail::inside(key, std::move(decoded.error())));
    result.emplace(key, std::move(*decoded));
  }
  return result;
}

template <class T>
base::Result<> decode_member(const object& from, std::string_view name, T& field, Strict strict) {
  const value* found = from.if_contains(name);
  if constexpr (detail::Optional<T>::value) {
    if (found == nullptr || found->is_null()) return {};
    auto decoded = decode_value<typename T::value_type>(*found, strict);
    if (!decoded) return std::unexpected(detail::inside(name, std::move(decoded.error())));
    field = std::move(*decoded);
  } else {
    if (found == nullptr) return std::unexpected(detail::missing(name));
    auto decoded = decode_value<T>(*found, strict);
    if (!decoded) return std::unexpected(detail::inside(name, std::move(decoded.error())));
    field = std::move(*decoded);
  }
  return {};
}

template <class T>
base::Result<> refuse_unknown(const object& from) {
  std::vector<std::string> known;
  boost::mp11::mp_for_each<detail::Members<T>>([&](auto member) { known.emplace_back(member.name); });
  for (const auto& [key, ignored] : from) {
    if (std::ranges::find(known, std::string_view(key)) == known.end()) {
      return std::unexpected(detail::unknown(key, known));
    }
  }
  return {};
}

template <class T>
base::Result<T> decode_members(const value& from, Strict strict) {
  if (!from.is_object()) return std::unexpected(detail::expected("an object", from));
  const object& members = from.get_object();
  T result{};
  base::Result<> failed;
  if (strict == Strict::yes) failed = refuse_unknown<T>(members);
  boost::mp11::mp_for_each<detail::Members<T>>([&](auto member) {
    if (failed) failed = decode_member(members, member.name, result.*member.pointer, strict);
  });
  if (!failed) return std::unexpected(std::move(failed.error()));
  return result;
}

template <class T>
base::Result<T> decode_value(const value& from, Strict strict) {
  if constexpr (std::is_enum_v<T>) {
    return decode_enum<T>(from);
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!from.is_bool()) return std::unexpected(detail::expected("true or false", from));
    return from.get_bool();
  } else if constexpr (std::is_integral_v<T>) {
    return decode_integer<T>(from);
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (!from.is_string()) return std::unexpected(detail::expected("a string", from));
    return std::string(from.get_string());
  } else if constexpr (std::is_same_v<T, object>) {
    if (!from.is_object()) return std::unexpected(detail::expected("an object", from));
    return from.get_object();
  } else if constexpr (detail::Vector<T>::value) {
    return decode_vector<typename T::value_type>(from, strict);
  } else if constexpr (detail::StringMap<T>::value) {
    return decode_map<typename T::mapped_type>(from, strict);
  } else {
    static_assert(detail::is_described<T>, "describe the struct with BOOST_DESCRIBE_STRUCT");
    return decode_members<T>(from, strict);
  }
}

template <class T>
base::Result<T> decode(const value& from, Strict strict = Strict::no) {
  return decode_value<T>(from, strict);
}

// The described struct's members by name, for documents and tests that derive from it.
template <class T>
std::vector<std::string> member_names() {
  std::vector<std::string> names;
  boost::mp11::mp_for_each<detail::Members<T>>([&](auto member) { names.emplace_back(member.name); });
  return names;
}

}  // namespace slipway::json
