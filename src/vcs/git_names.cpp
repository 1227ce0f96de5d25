#include "vcs/git_names.h"

#include <algorithm>

#include "base/text.h"

namespace slipway::vcs {
namespace {

using base::ErrorCode;

bool is_lower_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

bool is_forbidden(unsigned char c) {
  return c <= ' ' || c == 0x7f || std::string_view{"~^:?*[\\"}.contains(static_cast<char>(c));
}

bool is_bad_component(std::string_view part) {
  return part.empty() || part.front() == '.' || part.ends_with(".lock");
}

bool has_bad_component(std::string_view name) {
  for (std::size_t start = 0;;) {
    const std::size_t slash = std::min(name.find('/', start), name.size());
    if (is_bad_component(name.substr(start, slash - start))) return true;
    if (slash == name.size()) return false;
    start = slash + 1;
  }
}

bool is_ref_name(std::string_view name) {
  return !name.empty() && name.size() <= 250 && !std::ranges::any_of(name, is_forbidden) &&
         !name.contains("..") && !name.contains("@{") && name != "@" && !name.ends_with('.') &&
         !has_bad_component(name);
}

base::Result<> check_name(std::string_view what, std::string_view name) {
  if (name.starts_with('-')) {
    return base::fail(ErrorCode::invalid, "the {} '{}' begins with '-' and could be taken for an option",
                      what, base::printable(name));
  }
  if (!is_ref_name(name)) {
    return base::fail(ErrorCode::invalid, "'{}' cannot be the name of a {}", base::printable(name), what);
  }
  return {};
}

}  // namespace

bool is_full_id(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) && std::ranges::all_of(text, is_lower_hex);
}

bool is_id_prefix(std::string_view text) {
  return text.size() >= 4 && text.size() <= 64 && std::ranges::all_of(text, is_lower_hex);
}

base::Result<> check_branch_name(std::string_view name) {
  if (name == "HEAD") return base::fail(ErrorCode::invalid, "'HEAD' cannot be the name of a branch");
  return check_name("branch", name);
}

base::Result<> check_git_revision(std::string_view wanted) {
  if (wanted.empty()) return {};
  return check_name("revision", wanted);
}

std::string log_ref(std::string_view branch) {
  std::string name = "refs/slipway/log/";
  for (const char c : branch) {
    if (c == '/')
      name += "%2F";
    else if (c == '%')
      name += "%25";
    else
      name += c;
  }
  return name;
}

std::string short_id(std::string_view revision) {
  return std::string{revision.substr(0, 10)};
}

}  // namespace slipway::vcs
