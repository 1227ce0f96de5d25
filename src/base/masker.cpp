#include "base/masker.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace slipway::base {
namespace {

constexpr std::string_view mark = "***";
constexpr std::size_t shortest_line = 8;

using Ranges = std::vector<std::pair<std::size_t, std::size_t>>;

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view{"-._~"}.contains(c);
}

std::string percent_encoded(std::string_view text, bool upper, std::string_view kept) {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved(c) || kept.contains(c))
      encoded += c;
    else
      encoded += upper ? fmt::format("%{:02X}", byte) : fmt::format("%{:02x}", byte);
  }
  return encoded;
}

std::string base64(std::string_view bytes, std::string_view letters) {
  std::string encoded;
  std::size_t bits = 0;
  std::uint32_t value = 0;
  for (const char c : bytes) {
    value = value << 8U | static_cast<unsigned char>(c);
    for (bits += 8; bits >= 6; bits -= 6) encoded += letters[value >> (bits - 6) & 0x3fU];
  }
  if (bits > 0) encoded += letters[value << (6 - bits) & 0x3fU];
  return encoded;
}

// What is in base64 whatever stands before and behind the text: without the characters that share their bits
// with a neighbour. `shift`: how many bytes of three came before.
std::string inner_base64(std::string_view text, std::size_t shift, std::string_view letters) {
  const std::string encoded = base64(std::string(shift, '\0') + std::string(text), letters);
  const std::size_t begin = shift == 0 ? 0 : shift + 1;
  const std::size_t end = (shift + text.size()) * 8 / 6;
  return encoded.substr(begin, end - begin);
}

void add_forms(std::string_view text, std::vector<std::string>& forms) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr std::string_view url_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  forms.emplace_back(text);
  for (const bool upper : {true, false}) {
    forms.push_back(percent_encoded(text, upper, ""));
    forms.push_back(percent_encoded(text, upper, "!$&'()*+,;=:@/"));
  }
  for (const std::size_t shift : {0U, 1U, 2U}) {
    forms.push_back(inner_base64(text, shift, letters));
    forms.push_back(inner_base64(text, shift, url_letters));
  }
}

// A text of several lines is often shown line by line.
std::vector<std::string_view> parts_of(std::string_view value) {
  std::vector<std::string_view> parts{value};
  while (value.contains('\n')) {
    const std::size_t end = value.find('\n');
    std::string_view line = value.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() >= shortest_line) parts.push_back(line);
    value.remove_prefix(end + 1);
  }
  if (value.size() >= shortest_line) parts.push_back(value);
  return parts;
}

// Everywhere where a form stands, in order; those that overlap are one.
Ranges find_all(std::string_view text, const std::vector<std::string>& forms, std::size_t covered) {
  Ranges all;
  if (covered > 0) all.emplace_back(0, covered);
  for (const std::string& form : forms) {
    for (std::size_t at = text.find(form); at != std::string_view::npos; at = text.find(form, at + 1))
      all.emplace_back(at, at + form.size());
  }
  std::ranges::sort(all);
  Ranges merged;
  for (const auto& [begin, end] : all) {
    if (merged.empty() || begin >= merged.back().second)
      merged.emplace_back(begin, end);
    else
      merged.back().second = std::max(merged.back().second, end);
  }
  return merged;
}

// How much of the end of the text could be the beginning of the form (Knuth, Morris, Pratt).
std::size_t unfinished(std::string_view text, std::string_view form) {
  std::vector<std::size_t> border(form.size(), 0);
  for (std::size_t i = 1, k = 0; i < form.size(); ++i) {
    while (k > 0 && form[i] != form[k]) k = border[k - 1];
    if (form[i] == form[k]) ++k;
    border[i] = k;
  }
  if (text.size() >= form.size()) text.remove_prefix(text.size() - (form.size() - 1));
  std::size_t k = 0;
  for (const char c : text) {
    while (k > 0 && (k == form.size() || c != form[k])) k = border[k - 1];
    if (c == form[k]) ++k;
  }
  return k;
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned value = 0;
    const std::string_view digits = text[at] == '%' ? text.substr(at + 1, 2) : "";
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    const bool good = digits.size() == 2 && error == std::errc{} && end == digits.data() + 2;
    decoded += good ? static_cast<char>(value) : text[at];
    if (good) at += 2;
  }
  return decoded;
}

}  // namespace

std::vector<std::string> secrets_of_url(std::string_view url) {
  const std::size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return {};
  std::string_view user = url.substr(scheme_end + 3);
  user = user.substr(0, user.find('/'));
  const std::size_t at = user.rfind('@');
  if (at == std::string_view::npos) return {};
  user = user.substr(0, at);
  const std::size_t colon = user.find(':');
  // Over ssh the user is no secret: "git".
  if (colon == std::string_view::npos && !url.starts_with("http")) return {};
  const std::string_view secret = colon == std::string_view::npos ? user : user.substr(colon + 1);
  return {std::string(secret), percent_decoded(secret)};
}

Secrets::Secrets(const std::vector<std::string>& values) {
  for (const std::string& value : values) {
    for (const std::string_view part : parts_of(value)) add_forms(part, forms_);
  }
  std::erase_if(forms_, [](const std::string& form) { return form.size() < shortest_secret; });
  std::ranges::sort(forms_, [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  const auto repeated = std::ranges::unique(forms_);
  forms_.erase(repeated.begin(), repeated.end());
}

std::string Secrets::mask(std::string_view text) const {
  StreamMasker masker(*this);
  std::string masked = masker.feed(text);
  return masked += masker.finish();
}

std::string StreamMasker::feed(std::string_view bytes) {
  if (secrets_.empty()) return std::string(bytes);
  return take(bytes, false);
}

std::string StreamMasker::finish() {
  return take({}, true);
}

std::string StreamMasker::take(std::string_view bytes, bool end) {
  const std::string text = std::exchange(held_, {}).append(bytes);
  std::size_t hold = 0;
  if (!end) {
    for (const std::string& form : secrets_.forms()) hold = std::max(hold, unfinished(text, form));
  }
  const std::size_t shown = text.size() - hold;
  std::string masked;
  std::size_t done = 0;
  const std::size_t told = std::exchange(covered_, 0);  // up to here the mark was written before
  for (const auto& [begin, stop] : find_all(text, secrets_.forms(), told)) {
    if (begin >= shown) break;
    masked.append(text, done, begin - done);
    if (begin >= told || told == 0) masked.append(mark);
    done = stop;
  }
  if (done < shown) masked.append(text, done, shown - done);
  covered_ = std::max({done, told, shown}) - shown;
  held_ = text.substr(shown);
  return masked;
}

}  // namespace slipway::base
