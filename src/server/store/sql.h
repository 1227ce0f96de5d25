// SOCI, with what this project needs beside it. Included by .cpp files that keep tables, and by no others.
#pragma once

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <optional>

#include "base/time.h"

namespace soci {

// NULL in the database is an empty optional.
template <class T>
struct type_conversion<std::optional<T>> {
  using base_type = typename type_conversion<T>::base_type;

  static void from_base(const base_type& from, indicator ind, std::optional<T>& to) {
    if (ind == i_null) return to.reset();
    T value{};
    type_conversion<T>::from_base(from, ind, value);
    to = std::move(value);
  }

  static void to_base(const std::optional<T>& from, base_type& to, indicator& ind) {
    ind = i_null;
    if (from) type_conversion<T>::to_base(*from, to, ind);
  }
};

}  // namespace soci

namespace slipway::server::store {

// A time that may be NULL, as milliseconds.
inline std::optional<std::int64_t> to_ms(const std::optional<base::Time>& time) {
  return time ? std::optional(base::to_unix_ms(*time)) : std::nullopt;
}
inline std::optional<base::Time> from_ms(const std::optional<std::int64_t>& ms) {
  return ms ? std::optional(base::from_unix_ms(*ms)) : std::nullopt;
}

}  // namespace slipway::server::store
