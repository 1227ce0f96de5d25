#include "jsonc/report.h"

#include <fmt/format.h>

#include <utility>

namespace slipway::jsonc {

void Report::problem(Position at, std::string text) {
  add({at.line, at.column, std::move(text)});
}

void Report::warning(Position at, std::string text) {
  add({at.line, at.column, std::move(text), true});
}

void Report::add(Problem problem) {
  const Position at{problem.line, problem.column};
  problems_.emplace(at, std::move(problem));
}

std::vector<Problem> Report::take() {
  std::vector<Problem> sorted;
  for (auto& [at, problem] : problems_) sorted.push_back(std::move(problem));
  problems_.clear();
  return sorted;
}

void Field::problem(std::string_view text) const {
  report.problem(value.at, fmt::format("\"{}\": {}", key, text));
}

void Field::warning(std::string_view text) const {
  report.warning(value.at, fmt::format("\"{}\": {}", key, text));
}

void Field::unexpected() const {
  problem(fmt::format("expected {}, found {}", expected, secret ? found_kind(value) : found(value)));
}

std::optional<Position> FirstPlaces::add(std::string value, Position at) {
  const auto [place, is_first] = places_.try_emplace(std::move(value), at);
  return is_first ? std::nullopt : std::optional{place->second};
}

}  // namespace slipway::jsonc
