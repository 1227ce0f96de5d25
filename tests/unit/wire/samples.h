// A message of every type with every member filled, made from the description: a new member is tested without
// anyone thinking of it.
#pragma once

#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <concepts>
#include <limits>
#include <map>
#include <string>
#include <type_traits>

#include "wire/message.h"

namespace slipway::wire::test {

// Fills optional members too, or leaves them absent.
enum class Optionals { filled, absent };

class Filler {
 public:
  explicit Filler(Optionals optionals) : optionals_(optionals) {}

  template <class T>
  T make() {
    T value{};
    fill(value);
    return value;
  }

 private:
  template <class T>
  void fill(std::optional<T>& value) {
    if (optionals_ == Optionals::filled) value = make<T>();
  }

  template <class T>
  void fill(std::vector<T>& value) {
    for (int i = 0; i < 2; ++i) value.push_back(make<T>());
  }

  template <class T>
  void fill(std::map<std::string, T>& value) {
    for (int i = 0; i < 2; ++i) value["name" + std::to_string(++count_)] = make<T>();
  }

  void fill(std::string& value) {
    value = "text \"" + std::to_string(++count_) + "\"\n\t\\ ä € 😀 " + std::string(1, '\0');
  }
  void fill(bool& value) { value = true; }

  template <std::integral T>
  void fill(T& value) {
    value = static_cast<T>(std::numeric_limits<T>::max() - static_cast<T>(++count_));
  }

  template <class T>
    requires std::is_enum_v<T>
  void fill(T& value) {
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>(
        [&](auto entry) { value = entry.value; });
  }

  template <class T>
    requires boost::describe::has_describe_members<T>::value
  void fill(T& value) {
    boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_public>>(
        [&](auto member) { fill(value.*member.pointer); });
  }

  Optionals optionals_;
  int count_ = 0;
};

// Calls with a std::type_identity of every message type.
template <class Function>
void for_each_message_type(Function function) {
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, Message>>(function);
}

}  // namespace slipway::wire::test
