#include "jsonc/comment_eraser.h"

namespace slipway::jsonc {

std::optional<CommentEraser::State> CommentEraser::next(char byte) const {
  switch (state_) {
    case State::none:
      return byte == '/' ? State::slash : State::none;
    case State::slash:
      if (byte == '/') return State::line;
      return byte == '*' ? std::optional{State::block} : std::nullopt;
    case State::line:
      return byte == '\n' ? State::none : State::line;
    case State::block:
      return byte == '*' ? State::star : State::block;
    case State::star:
      if (byte == '/') return State::none;
      return byte == '*' ? State::star : State::block;
  }
  return std::nullopt;
}

std::optional<char> CommentEraser::erase(char byte, bool in_string, Position at) {
  if (in_string) return byte;
  const auto state = next(byte);
  if (!state) return std::nullopt;
  const bool inside = state_ != State::none || *state != State::none;
  if (state_ == State::none && inside) begin_ = at;
  state_ = *state;
  return inside ? ' ' : byte;
}

std::optional<Problem> CommentEraser::problem() const {
  if (state_ == State::none || state_ == State::line) return std::nullopt;
  return Problem{
      begin_.line, begin_.column,
      state_ == State::slash ? "a comment begins with // or /*" : "this comment is not closed; expected */"};
}

}  // namespace slipway::jsonc
