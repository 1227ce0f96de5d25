// What was found wrong so far, and the field that is being looked at.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jsonc/located.h"
#include "jsonc/problem.h"

namespace slipway::jsonc {

class Report {
 public:
  void problem(Position at, std::string text);
  void warning(Position at, std::string text);
  void add(Problem problem);

  // In the order of the file.
  std::vector<Problem> take();

 private:
  std::multimap<Position, Problem> problems_;  // at one place, in the order in which they were added
};

// One value and the key that it was written for.
struct Field {
  std::string_view key;
  std::string_view expected;  // by the key's description
  const Located& value;
  Report& report;
  bool secret = false;  // the value must not be shown

  void problem(std::string_view text) const;  // "key": text
  void warning(std::string_view text) const;
  void unexpected() const;  // "key": expected …, found …
  Field element(const Located& one) const { return {key, expected, one, report, secret}; }
};

// Remembers where a value was written first.
class FirstPlaces {
 public:
  // The place of the same value before this one.
  std::optional<Position> add(std::string value, Position at);

 private:
  std::map<std::string, Position> places_;
};

}  // namespace slipway::jsonc
