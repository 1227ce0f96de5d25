// The description of a kind of object in a file that people write: its keys, each described once. Reading,
// the checks for unknown and missing keys and the reference page all derive from it.
//
//   Schema<App> app{"an app", {{{.name = "url", .value = "a URL", .doc = "…"}, into(&App::url, read_text)}}};
//   read_object(app, value, report, result);
#pragma once

#include <fmt/format.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "jsonc/report.h"

namespace slipway::jsonc {

struct KeyInfo {
  std::string_view name;
  std::vector<std::string_view> aliases = {};  // other spellings; only one of all may be written
  std::string_view value;                      // what is expected: "true or false"
  std::string_view fallback = "";              // the default, as it is written in the file; empty: none
  std::string_view doc;                        // one line of Markdown
  bool required = false;
  bool secret = false;  // its value is never shown
};

template <class T>
struct Key {
  KeyInfo info;
  std::function<void(const Field&, T&)> read;
};

template <class T>
struct Schema {
  std::string_view what;  // with its article: "an app"
  std::vector<Key<T>> keys;

  std::vector<KeyInfo> infos() const {
    std::vector<KeyInfo> all;
    for (const Key<T>& key : keys) all.push_back(key.info);
    return all;
  }
};

// Reads a key's value into a member of the object with a function (const Field&, Member&).
template <class Member, class Reader>
auto into(Member member, Reader reader) {
  return [member, reader](const Field& field, auto& object) { reader(field, object.*member); };
}

void report_unknown_keys(std::string_view what, const std::vector<KeyInfo>& keys, const Located& object,
                         Report& report);

// The value of a key under any of its spellings, or null. Reports a second spelling and a missing required
// key.
const Located* pick(std::string_view what, const KeyInfo& key, const Located& object, Report& report);

// False, with a problem, for what is not an object; the object's own problems do not count here.
template <class T>
bool read_object(const Schema<T>& schema, const Located& object, Report& report, T& result) {
  if (object.kind != Kind::object) {
    report.problem(object.at, fmt::format("expected {} in braces, found {}", schema.what, found(object)));
    return false;
  }
  report_unknown_keys(schema.what, schema.infos(), object, report);
  for (const Key<T>& key : schema.keys) {
    const Located* value = pick(schema.what, key.info, object, report);
    if (value != nullptr)
      key.read(Field{key.info.name, key.info.value, *value, report, key.info.secret}, result);
  }
  return true;
}

// Reads a list of objects. T has a member `source`, which is set to where the object came from.
template <class T>
void read_objects(const Schema<T>& schema, const Field& field, std::vector<T>& result) {
  if (field.value.kind != Kind::list) return field.unexpected();
  for (const Located& element : field.value.elements) {
    T object;
    object.source = &element;
    if (read_object(schema, element, field.report, object)) result.push_back(std::move(object));
  }
}

}  // namespace slipway::jsonc
