#include "jsonc/reader.h"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>

#include "base/text.h"
#include "jsonc/comment_eraser.h"
#include "jsonc/syntax_error.h"
#include "jsonc/tree_builder.h"

namespace slipway::jsonc {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

Position advance(Position at, char byte) {
  if (byte == '\n') return {at.line + 1, 1};
  const bool continues_character = (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
  return {at.line, at.column + (continues_character ? 0U : 1U)};
}

// The position of the first byte that is not part of a character.
std::optional<Position> find_invalid_utf8(std::string_view text) {
  if (base::is_utf8(text)) return std::nullopt;
  const std::string repaired = base::to_utf8(text);
  auto offset = static_cast<std::size_t>(std::ranges::mismatch(text, repaired).in1 - text.begin());
  // The replacement can share its first bytes with what it replaced.
  while (!base::is_utf8(text.substr(0, offset))) --offset;
  Position at;
  for (const char byte : text.substr(0, offset)) at = advance(at, byte);
  return at;
}

boost::json::parse_options options() {
  boost::json::parse_options options;
  options.max_depth = max_nesting;
  options.allow_trailing_commas = true;
  return options;
}

// One reading of one text.
class Reading {
 public:
  explicit Reading(std::string_view text) : text_(text) {}

  // The problem that ended it before the end of the text.
  std::optional<Problem> run();

  TreeBuilder& tree() { return parser_.handler(); }

 private:
  std::optional<Problem> take(std::size_t offset);
  std::optional<Problem> finish();
  Problem explain_stop(const boost::json::error_code& error, std::size_t offset) {
    return explain({error, text_.substr(offset), at_}, tree(), text_);
  }

  std::string_view text_;
  Position at_;
  CommentEraser comments_;
  boost::json::basic_parser<TreeBuilder> parser_{options()};
};

std::optional<Problem> Reading::run() {
  for (std::size_t offset = 0; offset < text_.size(); ++offset) {
    if (auto problem = take(offset)) return problem;
    at_ = advance(at_, text_[offset]);
  }
  return finish();
}

std::optional<Problem> Reading::take(std::size_t offset) {
  const auto byte = comments_.erase(text_[offset], tree().token() == TreeBuilder::Token::string, at_);
  if (!byte) return comments_.problem();
  tree().before(*byte, at_, offset);
  boost::json::error_code error;
  const std::size_t read = parser_.write_some(true, &*byte, 1, error);
  if (error || read == 0) return explain_stop(error, offset);
  tree().after(*byte);
  return std::nullopt;
}

std::optional<Problem> Reading::finish() {
  if (auto problem = comments_.problem()) return problem;
  boost::json::error_code error;
  parser_.write_some(false, "", 0, error);
  return error ? std::optional{explain_stop(error, text_.size())} : std::nullopt;
}

}  // namespace

JsonDocument read_json(std::string_view text) {
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  if (const auto at = find_invalid_utf8(text)) {
    return {std::nullopt, {{at->line, at->column, "this is not UTF-8; save the file as UTF-8"}}};
  }
  Reading reading{text};
  auto stop = reading.run();
  JsonDocument document{std::nullopt, reading.tree().take_duplicates()};
  if (stop)
    document.problems.push_back(*std::move(stop));
  else
    document.root = reading.tree().take_root();
  return document;
}

}  // namespace slipway::jsonc
