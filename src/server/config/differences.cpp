#include "server/config/differences.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <ranges>
#include <utility>

#include "server/config/schemas.h"

namespace slipway::server::config {
namespace {

using Sentences = std::vector<std::string>;
using Objects = std::vector<std::pair<std::string, const Located*>>;  // by name, in the order of the file

// Commands and passwords are not among them.
constexpr auto harmless = std::to_array<std::string_view>(
    {"addr",         "agent",      "batch",         "branch",      "data_dir",      "fingerprint", "interval",
     "keep_bytes",   "layout",     "listen_agents", "listen_http", "local_changes", "max_bytes",   "offline",
     "offline_wait", "on_failure", "path",          "pause",       "timeout",       "type"});

bool same(const Located& a, const Located& b);

bool same_members(const Located& a, const Located& b) {
  return a.members.size() == b.members.size() && std::ranges::all_of(a.members, [&](const Member& member) {
           const Located* other = value_of(b, member.key);
           return other != nullptr && same(member.value, *other);
         });
}

bool same(const Located& a, const Located& b) {
  return a.kind == b.kind && a.boolean == b.boolean && a.integer == b.integer && a.text == b.text &&
         std::ranges::equal(a.elements, b.elements, same) && same_members(a, b);
}

std::optional<std::string> shown(std::string_view key, const Located& value) {
  if (value.kind == Kind::boolean) return value.boolean ? "true" : "false";
  if (value.kind == Kind::integer) return value.text;
  const bool text = value.kind == Kind::string && std::ranges::find(harmless, key) != harmless.end();
  return text ? std::optional(in_quotes(value.text)) : std::nullopt;
}

std::string change_of(std::string_view key, const Located* before, const Located* after) {
  if (after == nullptr) return "removed";
  const auto now = shown(key, *after);
  if (before == nullptr) return now ? "set to " + *now : "set";
  const auto old = shown(key, *before);
  return old && now ? fmt::format("changed from {} to {}", *old, *now) : "changed";
}

// The values under the first spelling of each key.
std::map<std::string, const Located*> values_of(const Located& object, const std::vector<KeyInfo>& keys) {
  std::map<std::string, const Located*> values;
  for (const Member& member : object.members) {
    const auto known = std::ranges::find_if(keys, [&](const KeyInfo& key) {
      return std::ranges::find(key.aliases, member.key) != key.aliases.end();
    });
    values[known == keys.end() ? member.key : std::string(known->name)] = &member.value;
  }
  return values;
}

void compare_values(const std::string& where, std::string_view key, const Located* before,
                    const Located* after, Sentences& sentences) {
  static const Located nothing{.kind = Kind::object};
  const auto is_object = [](const Located* value) { return value == nullptr || value->kind == Kind::object; };
  if (is_object(before) && is_object(after)) {
    auto old = values_of(before == nullptr ? nothing : *before, {});
    const auto now = values_of(after == nullptr ? nothing : *after, {});
    old.insert(now.begin(), now.end());
    for (const auto& name : old | std::views::keys) {
      const auto in = [&](const Located* object) {
        return object == nullptr ? nullptr : value_of(*object, name);
      };
      compare_values(fmt::format("{}{}.", where, key), name, in(before), in(after), sentences);
    }
  } else if (before == nullptr || after == nullptr || !same(*before, *after)) {
    sentences.push_back(fmt::format("{}{} {}", where, key, change_of(key, before, after)));
  }
}

// Everything but the list `apart`, which the caller compares.
void compare_keys(const std::string& where, const Located& before, const Located& after,
                  const std::vector<KeyInfo>& keys, std::string_view apart, Sentences& sentences) {
  const auto old = values_of(before, keys);
  const auto now = values_of(after, keys);
  auto all = old;
  all.insert(now.begin(), now.end());
  const auto in = [](const auto& values, const std::string& key) {
    const auto found = values.find(key);
    return found == values.end() ? nullptr : found->second;
  };
  for (const auto& key : all | std::views::keys) {
    if (key != apart) compare_values(where, key, in(old, key), in(now, key), sentences);
  }
}

Objects objects_of(const Located& parent, const std::vector<KeyInfo>& keys, const std::string& list,
                   std::string_view name) {
  Objects objects;
  const auto values = values_of(parent, keys);
  const auto found = values.find(list);
  if (found == values.end()) return objects;
  for (const Located& element : found->second->elements) {
    const Located* named = value_of(element, name);
    objects.emplace_back(named == nullptr ? "" : named->text, &element);
  }
  return objects;
}

const Located* find(const Objects& objects, std::string_view name) {
  const auto found = std::ranges::find(objects, name, &Objects::value_type::first);
  return found == objects.end() ? nullptr : found->second;
}

// Calls changed(name, before, after) for what is in both.
template <class Changed>
void compare_lists(const std::string& what, const Objects& before, const Objects& after, Sentences& sentences,
                   Changed changed) {
  std::vector<std::string_view> stayed;
  for (const auto& [name, object] : before) {
    if (find(after, name) == nullptr)
      sentences.push_back(fmt::format("{} {} removed", what, name));
    else
      stayed.push_back(name);
  }
  std::vector<std::string_view> order;
  for (const auto& [name, object] : after) {
    const Located* old = find(before, name);
    if (old == nullptr) {
      sentences.push_back(fmt::format("{} {} added", what, name));
    } else {
      order.push_back(name);
      changed(name, *old, *object);
    }
  }
  if (order != stayed) sentences.push_back(fmt::format("{}s are in another order", what));
}

void compare_apps(const std::string& name, const Located& before, const Located& after,
                  Sentences& sentences) {
  static const std::vector<KeyInfo> app_keys = app_schema().infos();
  static const std::vector<KeyInfo> node_keys = node_schema().infos();
  const std::string where = fmt::format("app {}: ", name);
  compare_keys(where, before, after, app_keys, "node", sentences);
  compare_lists(where + "node", objects_of(before, app_keys, "node", "alias"),
                objects_of(after, app_keys, "node", "alias"), sentences,
                [&](const std::string& alias, const Located& old, const Located& now) {
                  compare_keys(fmt::format("{}node {}: ", where, alias), old, now, node_keys, "", sentences);
                });
}

}  // namespace

std::vector<std::string> differences(const Located& before, const Located& after) {
  const std::vector<KeyInfo> keys = config_schema().infos();
  Sentences sentences;
  compare_keys("", before, after, keys, "apps", sentences);
  compare_lists("app", objects_of(before, keys, "apps", "name"), objects_of(after, keys, "apps", "name"),
                sentences, [&](const std::string& name, const Located& old, const Located& now) {
                  compare_apps(name, old, now, sentences);
                });
  return sentences;
}

}  // namespace slipway::server::config
