#include "jsonc/schema.h"

#include <algorithm>

#include "base/text.h"

namespace slipway::jsonc {
namespace {

bool spells(const KeyInfo& key, std::string_view word) {
  return word == key.name || std::ranges::find(key.aliases, word) != key.aliases.end();
}

std::string names_of(const std::vector<KeyInfo>& keys) {
  std::vector<std::string> names;
  for (const KeyInfo& key : keys) names.emplace_back(key.name);
  return base::join(names, ", ");
}

// The key whose spelling is nearest to the word, by its first name.
std::string_view meant_by(std::string_view word, const std::vector<KeyInfo>& keys) {
  std::vector<std::string> spellings;
  for (const KeyInfo& key : keys) {
    spellings.emplace_back(key.name);
    spellings.insert(spellings.end(), key.aliases.begin(), key.aliases.end());
  }
  const std::string near = base::nearest(word, spellings);
  const auto key = std::ranges::find_if(keys, [&](const KeyInfo& one) { return spells(one, near); });
  return key == keys.end() ? std::string_view{} : key->name;
}

}  // namespace

void report_unknown_keys(std::string_view what, const std::vector<KeyInfo>& keys, const Located& object,
                         Report& report) {
  for (const Member& member : object.members) {
    if (std::ranges::any_of(keys, [&](const KeyInfo& key) { return spells(key, member.key); })) continue;
    const std::string_view meant = meant_by(member.key, keys);
    const std::string advice = meant.empty() ? fmt::format("expected one of {}", names_of(keys))
                                             : fmt::format("did you mean \"{}\"?", meant);
    report.problem(member.at, fmt::format("unknown key {} in {}; {}", in_quotes(member.key), what, advice));
  }
}

const Located* pick(std::string_view what, const KeyInfo& key, const Located& object, Report& report) {
  const Member* first = nullptr;
  for (const Member& member : object.members) {
    if (!spells(key, member.key)) continue;
    if (first == nullptr) first = &member;
    // The same spelling twice was reported when the file was read.
    else if (member.key != first->key) {
      report.problem(member.at,
                     fmt::format("\"{}\" and \"{}\" (line {}) are the same key of {}; expected one of them",
                                 member.key, first->key, first->at.line, what));
    }
  }
  if (first != nullptr) return &first->value;
  if (key.required) {
    report.problem(object.at,
                   fmt::format("missing key \"{}\" in {}; expected {}", key.name, what, key.value));
  }
  return nullptr;
}

}  // namespace slipway::jsonc
