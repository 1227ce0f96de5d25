#include "jsonc/tree_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace slipway::jsonc {
namespace {

// Found by sorting, since an object can be as long as the file.
void find_duplicate_keys(const Located& object, std::vector<Problem>& problems) {
  std::vector<const Member*> order;
  for (const Member& member : object.members) order.push_back(&member);
  std::ranges::sort(order, {}, [](const Member* one) { return std::tie(one->key, one->at); });
  const Member* first = nullptr;
  for (const Member* member : order) {
    if (first == nullptr || member->key != first->key) {
      first = member;
      continue;
    }
    problems.push_back(
        {member->at.line, member->at.column,
         fmt::format("the key {} stands twice in one object, in line {} and in line {}; remove one",
                     in_quotes(member->key), first->at.line, member->at.line)});
  }
}

}  // namespace

void TreeBuilder::before(char byte, Position at, std::size_t offset) {
  here_ = at;
  offset_ = offset;
  if (token_ != Token::none) return;
  if (byte == '"') return begin_token(Token::string);
  if (std::string_view{" \t\r\n,:{}[]"}.find(byte) == std::string_view::npos) begin_token(Token::word);
}

void TreeBuilder::after(char byte) {
  if (token_ != Token::none) return;
  if (byte == ':') expect_ = Expect::value;
  if (byte == ',') expect_ = in_object() ? Expect::key : Expect::value;
}

void TreeBuilder::begin_token(Token token) {
  token_ = token;
  token_at_ = here_;
  token_offset_ = offset_;
}

bool TreeBuilder::open(Kind kind, Expect expect) {
  Container& container = open_.emplace_back();
  container.value.kind = kind;
  container.value.at = here_;
  expect_ = expect;
  return true;
}

bool TreeBuilder::close() {
  Located value = std::move(open_.back().value);
  open_.pop_back();
  return add(std::move(value));
}

bool TreeBuilder::on_object_end(std::size_t, error_code&) {
  find_duplicate_keys(open_.back().value, duplicates_);
  return close();
}

bool TreeBuilder::on_key(string_view part, std::size_t, error_code&) {
  open_.back().key = take_text(part);
  open_.back().key_at = token_at_;
  token_ = Token::none;
  expect_ = Expect::colon;
  return true;
}

bool TreeBuilder::on_string(string_view part, std::size_t, error_code&) {
  return add(value(Kind::string, take_text(part)));
}

bool TreeBuilder::on_int64(std::int64_t number, string_view part, error_code&) {
  Located integer = value(Kind::integer, take_text(part));
  integer.integer = number;
  return add(std::move(integer));
}

bool TreeBuilder::add_decimal(string_view part) {
  return add(value(Kind::decimal, take_text(part)));
}

bool TreeBuilder::on_bool(bool truth, error_code&) {
  Located boolean = value(Kind::boolean);
  boolean.boolean = truth;
  return add(std::move(boolean));
}

Located TreeBuilder::value(Kind kind, std::string text) const {
  Located result;
  result.kind = kind;
  result.at = token_at_;
  result.text = std::move(text);
  return result;
}

bool TreeBuilder::add(Located value) {
  token_ = Token::none;
  expect_ = open_.empty() ? Expect::nothing : Expect::separator;
  if (open_.empty()) {
    root_ = std::move(value);
    return true;
  }
  Container& parent = open_.back();
  if (parent.value.kind == Kind::list)
    parent.value.elements.push_back(std::move(value));
  else
    parent.value.members.push_back({std::move(parent.key), parent.key_at, std::move(value)});
  return true;
}

bool TreeBuilder::collect(string_view part) {
  text_.append(part.data(), part.size());
  return true;
}

std::string TreeBuilder::take_text(string_view last_part) {
  collect(last_part);
  return std::exchange(text_, {});
}

}  // namespace slipway::jsonc
