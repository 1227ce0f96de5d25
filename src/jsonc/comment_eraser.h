// Turns comments into spaces, one byte at a time. Boost's parser knows comments as well, but reads beyond its
// input when it is fed in pieces and one of them ends with a comment (boostorg/json pull request 933;
// Boost 1.81 has the bug).
#pragma once

#include <optional>

#include "jsonc/located.h"
#include "jsonc/problem.h"

namespace slipway::jsonc {

class CommentEraser {
 public:
  // The byte as the parser is to see it: a space within a comment. Absent after a '/' that begins no comment:
  // then problem() tells.
  std::optional<char> erase(char byte, bool in_string, Position at);

  // What is wrong if the file ends here; a comment with // ends by itself.
  std::optional<Problem> problem() const;

 private:
  enum class State { none, slash, line, block, star };

  std::optional<State> next(char byte) const;

  State state_ = State::none;
  Position begin_;
};

}  // namespace slipway::jsonc
