// Secrets, taken out of text that streams by: also where a secret is split over two pieces of it, written as
// a part of a URL or in base64. Start with StreamMasker. Pure; what it holds back is at most as long as the
// longest form of a secret.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace slipway::base {

// Shorter ones are not masked: they would stand in too much that is none.
inline constexpr std::size_t shortest_secret = 4;

// What must not be shown of a URL: its password, or the token that stands in the place of its user; as it is
// written and as it is meant.
std::vector<std::string> secrets_of_url(std::string_view url);

// The forms in which these values are looked for.
class Secrets {
 public:
  Secrets() = default;
  explicit Secrets(const std::vector<std::string>& values);

  bool empty() const { return forms_.empty(); }
  const std::vector<std::string>& forms() const { return forms_; }

  // A whole text: "the password is ***".
  std::string mask(std::string_view text) const;

 private:
  std::vector<std::string> forms_;  // the longest first
};

// One stream, such as the standard output of a command.
class StreamMasker {
 public:
  // `secrets` outlives it.
  explicit StreamMasker(const Secrets& secrets) : secrets_(secrets) {}

  // What may be shown by now. What could be the beginning of a secret is held back.
  std::string feed(std::string_view bytes);

  // The rest, at the end of the stream.
  std::string finish();

  std::size_t held() const { return held_.size(); }

 private:
  std::string take(std::string_view bytes, bool end);

  const Secrets& secrets_;
  std::string held_;
  std::size_t covered_ = 0;  // so much of what is held belongs to a secret that was shown as "***" already
};

}  // namespace slipway::base
