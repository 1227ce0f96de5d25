// SOCI, with what this project needs beside it. Included by .cpp files that keep tables, and by no others.
#pragma once

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <optional>

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
