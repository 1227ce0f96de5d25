#include "server/config/rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "base/text.h"

namespace slipway::server::config {
namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

// Characters that reorder or break a line without being seen: they would let one name look like another.
bool has_invisible_character(std::string_view text) {
  constexpr std::string_view invisible[] = {"\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u2028",
                                            "\u2029", "\u202a", "\u202b", "\u202c", "\u202d", "\u202e",
                                            "\u2066", "\u2067", "\u2068", "\u2069", "\ufeff"};
  return std::ranges::any_of(invisible, [&](std::string_view one) { return text.contains(one); });
}

bool is_windows_path(std::string_view path) {
  return path.size() >= 3 && is_letter(path[0]) && path[1] == ':' && (path[2] == '\\' || path[2] == '/');
}

bool is_absolute(std::string_view path) {
  return path.starts_with('/') || is_windows_path(path);
}

// The components of a path; a backslash separates them only on Windows.
std::vector<std::string> components(std::string_view path) {
  std::string slashed{path};
  if (is_windows_path(path)) std::ranges::replace(slashed, '\\', '/');
  std::vector<std::string> parts;
  for (const auto part : slashed | std::views::split('/')) {
    const std::string_view name{part.begin(), part.end()};
    if (!name.empty() && name != ".") parts.emplace_back(name);
  }
  return parts;
}

bool is_bad_ref_component(std::string_view part) {
  return part.empty() || part.starts_with('.') || part.ends_with(".lock");
}

// The rules of git check-ref-format.
bool is_ref_name(std::string_view name) {
  if (name == "@" || name.ends_with('.') || name.contains("..") || name.contains("@{")) return false;
  if (name.find_first_of(" ~^:?*[\\") != std::string_view::npos) return false;
  return std::ranges::none_of(name | std::views::split('/'), [](const auto part) {
    return is_bad_ref_component({part.begin(), part.end()});
  });
}

}  // namespace

Complaint check_name(std::string_view name) {
  if (name.empty()) return "the name is empty; expected 1 to 100 characters";
  if (const std::size_t length = count_characters(name); length > 100) {
    return fmt::format("the name has {} characters; expected at most 100", length);
  }
  if (name == "." || name == "..") return fmt::format("{} cannot be a name", in_quotes(name));
  if (name.contains('/')) return fmt::format("{} contains '/', which a name cannot", in_quotes(name));
  if (has_control_character(name) || has_invisible_character(name)) {
    return fmt::format("{} contains a character that cannot be seen; expected printable ones",
                       in_quotes(name));
  }
  if (base::trim(name) != name) return fmt::format("{} begins or ends with a space", in_quotes(name));
  return std::nullopt;
}

Complaint check_node_path(std::string_view path) {
  if (path.empty()) return "the path is empty; expected an absolute one, such as /data/www or C:\\\\www";
  if (has_control_character(path)) return fmt::format("{} contains a control character", in_quotes(path));
  if (!is_absolute(path)) {
    return fmt::format("{} is a relative path; expected an absolute one, such as /data/www or C:\\\\www",
                       in_quotes(path));
  }
  const std::vector<std::string> parts = components(path);
  if (std::ranges::find(parts, "..") != parts.end()) {
    return fmt::format("{} contains \"..\"; expected the path without it", in_quotes(path));
  }
  return std::nullopt;
}

Complaint check_branch(std::string_view branch) {
  if (branch.starts_with('-'))
    return fmt::format("{} begins with '-'; expected the name of a branch", in_quotes(branch));
  if (branch.starts_with("refs/heads/")) {
    return fmt::format("{} is a full ref; expected the branch alone, {}", in_quotes(branch),
                       in_quotes(branch.substr(11)));
  }
  if (has_control_character(branch) || !is_ref_name(branch)) {
    return fmt::format("{} is not a name that git accepts for a branch", in_quotes(branch));
  }
  return std::nullopt;
}

std::string path_key(std::string_view path) {
  std::string key = fmt::format("{}", fmt::join(components(path), "/"));
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  if (is_windows_path(path)) std::ranges::transform(key, key.begin(), lower);
  return key;
}

}  // namespace slipway::server::config
