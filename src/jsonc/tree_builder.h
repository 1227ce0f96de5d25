// Builds the tree of located values from the events of Boost's parser, which tells what it read but not
// where: it is fed one byte at a time, and before() and after() note where the tokens begin.
#pragma once

#include <boost/json/error.hpp>
#include <boost/json/string_view.hpp>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "jsonc/located.h"
#include "jsonc/problem.h"

namespace slipway::jsonc {

class TreeBuilder {
 public:
  // What is being read; a word is a number, true, false, null, or something that should not be there.
  enum class Token { none, string, word };
  enum class Expect { value, value_or_end, key, key_or_end, colon, separator, nothing };

  void before(char byte, Position at, std::size_t offset);
  void after(char byte);

  Token token() const { return token_; }
  Position token_at() const { return token_at_; }
  std::size_t token_offset() const { return token_offset_; }
  Expect expect() const { return expect_; }
  bool in_object() const { return !open_.empty() && open_.back().value.kind == Kind::object; }

  Located take_root() { return std::move(root_); }
  std::vector<Problem> take_duplicates() { return std::move(duplicates_); }

  // What boost::json::basic_parser calls.
  using error_code = boost::json::error_code;
  using string_view = boost::json::string_view;
  static constexpr std::size_t max_object_size = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t max_array_size = max_object_size;
  static constexpr std::size_t max_key_size = max_object_size;
  static constexpr std::size_t max_string_size = max_object_size;

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return open(Kind::object, Expect::key_or_end); }
  bool on_object_end(std::size_t, error_code&);
  bool on_array_begin(error_code&) { return open(Kind::list, Expect::value_or_end); }
  bool on_array_end(std::size_t, error_code&) { return close(); }
  bool on_key_part(string_view part, std::size_t, error_code&) { return collect(part); }
  bool on_key(string_view part, std::size_t, error_code&);
  bool on_string_part(string_view part, std::size_t, error_code&) { return collect(part); }
  bool on_string(string_view part, std::size_t, error_code&);
  bool on_number_part(string_view part, error_code&) { return collect(part); }
  bool on_int64(std::int64_t number, string_view part, error_code&);
  bool on_uint64(std::uint64_t, string_view part, error_code&) { return add_decimal(part); }
  bool on_double(double, string_view part, error_code&) { return add_decimal(part); }
  bool on_bool(bool value, error_code&);
  bool on_null(error_code&) { return add(value(Kind::null)); }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

 private:
  struct Container {
    Located value;
    std::string key;  // of the member whose value comes next
    Position key_at;
  };

  bool open(Kind kind, Expect expect);
  bool close();
  bool add(Located value);
  Located value(Kind kind, std::string text = {}) const;  // which begins with the token
  bool add_decimal(string_view part);
  bool collect(string_view part);
  std::string take_text(string_view last_part);
  void begin_token(Token token);

  std::vector<Container> open_;  // the outermost first
  Located root_;
  std::vector<Problem> duplicates_;
  std::string text_;  // of the string, key or number so far

  Position here_;
  std::size_t offset_ = 0;
  Token token_ = Token::none;
  Position token_at_;
  std::size_t token_offset_ = 0;
  Expect expect_ = Expect::value;
};

}  // namespace slipway::jsonc
