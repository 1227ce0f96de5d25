#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "base/text.h"
#include "server/config/rules.h"

namespace slipway::server::config {
namespace {

// Only these reach git and svn: others, such as git's "ext::", run commands.
const std::vector<std::string> git_schemes = {"https", "http", "ssh", "git", "file"};
const std::vector<std::string> svn_schemes = {"https", "http", "svn", "svn+ssh", "file"};

std::string_view name_of(VcsType type) {
  return type == VcsType::git ? "git" : "svn";
}

bool is_local_path(std::string_view url) {
  return url.starts_with('/') || (url.size() > 2 && !check_node_path(url));
}

// A host that begins with '-' would be taken for an option by ssh.
bool is_safe_authority(std::string_view authority) {
  const std::string_view host = authority.substr(authority.rfind('@') + 1);
  return !authority.empty() && !authority.starts_with('-') && !host.empty() && !host.starts_with('-');
}

Complaint check_with_scheme(std::string_view url, std::size_t mark, VcsType type) {
  const std::string_view scheme = url.substr(0, mark);
  const auto& allowed = type == VcsType::git ? git_schemes : svn_schemes;
  if (std::ranges::find(allowed, scheme) == allowed.end()) {
    return fmt::format("{} has the scheme {}; {} is reached by {}", in_quotes(url), in_quotes(scheme),
                       name_of(type), base::join(allowed, ", "));
  }
  const std::string_view rest = url.substr(mark + 3);
  const bool is_file = scheme == "file";
  if (is_file ? !rest.contains('/') : !is_safe_authority(rest.substr(0, rest.find('/')))) {
    return fmt::format("{} names no {}", in_quotes(url), is_file ? "path" : "host");
  }
  return std::nullopt;
}

// git's short form: [user@]host:path.
bool is_scp_like(std::string_view url) {
  const std::size_t colon = url.find(':');
  if (colon == std::string_view::npos || colon + 1 == url.size() || url[colon + 1] == ':') return false;
  const std::string_view authority = url.substr(0, colon);
  return is_safe_authority(authority) && !authority.contains('/') && !authority.contains('\\');
}

}  // namespace

Complaint check_url(std::string_view url, VcsType type) {
  if (url.starts_with('-')) return fmt::format("{} begins with '-'; expected a URL", in_quotes(url));
  if (has_control_character(url)) return fmt::format("{} contains a control character", in_quotes(url));
  if (const std::size_t mark = url.find("://"); mark != std::string_view::npos) {
    if (url.contains(' ')) return fmt::format("{} contains a space; expected %20", in_quotes(url));
    return check_with_scheme(url, mark, type);
  }
  if (type == VcsType::git && (is_local_path(url) || is_scp_like(url))) return std::nullopt;
  if (type == VcsType::svn)
    return fmt::format("{} is not a URL; expected one such as svn://host/project", in_quotes(url));
  return fmt::format(
      "{} is not a URL; expected one such as https://host/project.git, host:project.git or an absolute path",
      in_quotes(url));
}

}  // namespace slipway::server::config
