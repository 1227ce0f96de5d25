#include "agent/policy/pattern.h"

#include <algorithm>
#include <cctype>
#include <ranges>

namespace slipway::agent::policy {
namespace {

std::string lower(std::string_view text) {
  std::string result{text};
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::tolower(c); });
  return result;
}

// Scheme and host in small letters, no user, no end that changes nothing.
std::string plain_url(std::string_view url) {
  while (url.ends_with('/')) url.remove_suffix(1);
  if (url.ends_with(".git")) url.remove_suffix(4);
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return std::string(url);
  const std::size_t start = scheme + 3;
  const std::size_t slash = std::min(url.find('/', start), url.size());
  std::string_view authority = url.substr(start, slash - start);
  authority.remove_prefix(authority.rfind('@') + 1);
  return lower(url.substr(0, start)) + lower(authority) + std::string(url.substr(slash));
}

// Not every reader would find the same host and path in it.
bool may_lead_elsewhere(std::string_view url) {
  // Some read "https://one#@two/" as one host, some as the other.
  if (lower(url).contains("%2e") || url.find_first_of("\\#?") != std::string_view::npos) return true;
  return std::ranges::any_of(url | std::views::split('/'), [](const auto part) {
    const std::string_view name{part.begin(), part.end()};
    return name == "." || name == "..";
  });
}

}  // namespace

// Column by column through the pattern, so that no pattern takes long: `here[n]` is whether what was read of
// it matches the first n characters.
bool matches(std::string_view pattern, std::string_view text) {
  std::vector<bool> here(text.size() + 1, false);
  here[0] = true;
  for (std::size_t index = 0; index < pattern.size(); ++index) {
    const char c = pattern[index];
    const bool all = pattern.substr(index).starts_with("**");
    std::vector<bool> next(text.size() + 1, false);
    if (c == '*') {
      bool open = false;
      for (std::size_t n = 0; n <= text.size(); ++n) {
        if (n > 0 && !all && text[n - 1] == '/') open = false;
        open = open || here[n];
        next[n] = open;
      }
      if (all) ++index;
    } else {
      for (std::size_t n = 0; n < text.size(); ++n)
        next[n + 1] = here[n] && (c == '?' ? text[n] != '/' : text[n] == c);
    }
    here = std::move(next);
  }
  return here[text.size()];
}

bool covers(std::string_view pattern, const std::filesystem::path& path) {
  for (std::filesystem::path part = path;; part = part.parent_path()) {
    if (matches(pattern, part.native())) return true;
    if (!part.has_relative_path()) return false;
  }
}

bool any_covers(const std::vector<std::string>& patterns, const std::filesystem::path& path) {
  return std::ranges::any_of(patterns, [&](const std::string& one) { return covers(one, path); });
}

bool any_matches_url(const std::vector<std::string>& patterns, std::string_view url) {
  if (may_lead_elsewhere(url)) return false;
  const std::string plain = plain_url(url);
  return std::ranges::any_of(patterns,
                             [&](const std::string& one) { return matches(plain_url(one), plain); });
}

std::string whole_ref(std::string_view ref) {
  return ref.starts_with("refs/") ? std::string(ref) : "refs/heads/" + std::string(ref);
}

bool any_matches(const std::vector<std::string>& patterns, std::string_view text) {
  return std::ranges::any_of(patterns, [&](const std::string& one) { return matches(one, text); });
}

}  // namespace slipway::agent::policy
