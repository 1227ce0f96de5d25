#include "vcs/url.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "base/text.h"

namespace slipway::vcs {
namespace {

using base::ErrorCode;

struct Parts {
  std::string scheme;  // lower case; empty: no "://"
  std::string host;    // lower case, without user; with the port
  std::string path;    // with its leading slash where there is one
};

std::string lower(std::string_view text) {
  std::string result{text};
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::tolower(c); });
  return result;
}

void drop_trailing_slashes(std::string& path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
}

std::string_view without_user(std::string_view authority) {
  const std::size_t at = authority.rfind('@');
  return at == std::string_view::npos ? authority : authority.substr(at + 1);
}

// git's rule: a colon before the first slash separates host and path; [::1]:path for addresses.
std::size_t scp_colon(std::string_view url) {
  const std::size_t bracket = url.find(']');
  const std::size_t start =
      url.find('[') != std::string_view::npos && bracket != std::string_view::npos ? bracket : 0;
  const std::size_t colon = url.find(':', start);
  return colon < url.find('/') ? colon : std::string_view::npos;
}

Parts split(std::string_view url) {
  Parts parts;
  if (const std::size_t mark = url.find("://"); mark != std::string_view::npos) {
    parts.scheme = lower(url.substr(0, mark));
    const std::string_view rest = url.substr(mark + 3);
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    parts.host = lower(without_user(rest.substr(0, slash)));
    parts.path = rest.substr(slash);
  } else if (const std::size_t colon = scp_colon(url); colon != std::string_view::npos) {
    parts.scheme = "ssh";
    parts.host = lower(without_user(url.substr(0, colon)));
    parts.path = url.substr(colon + 1);
  } else {
    parts.path = url;
  }
  return parts;
}

void drop_default_port(Parts& parts) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 7> ports{{{"http", ":80"},
                                                                                {"https", ":443"},
                                                                                {"ssh", ":22"},
                                                                                {"git+ssh", ":22"},
                                                                                {"git", ":9418"},
                                                                                {"svn", ":3690"},
                                                                                {"svn+ssh", ":22"}}};
  for (const auto& [scheme, port] : ports) {
    if (parts.scheme == scheme && parts.host.ends_with(port))
      parts.host.resize(parts.host.size() - port.size());
  }
}

base::Result<> check_characters(std::string_view url) {
  if (url.empty()) return base::fail(ErrorCode::invalid, "no url is configured");
  if (url.front() == '-') {
    return base::fail(ErrorCode::invalid, "the url '{}' begins with '-' and could be taken for an option",
                      shown_url(url));
  }
  if (std::ranges::any_of(url, [](unsigned char c) { return c < 0x20 || c == 0x7f; })) {
    return base::fail(ErrorCode::invalid, "the url '{}' contains control characters", shown_url(url));
  }
  return {};
}

template <std::size_t N>
base::Result<> check_scheme(std::string_view url, const Parts& parts,
                            const std::array<std::string_view, N>& allowed) {
  if (std::ranges::find(allowed, parts.scheme) == allowed.end()) {
    return base::fail(ErrorCode::invalid, "the url '{}' is of a kind that is not supported; use one of {}",
                      shown_url(url), fmt::join(allowed, ", "));
  }
  if (parts.host.starts_with('-')) {
    return base::fail(ErrorCode::invalid, "the host in '{}' begins with '-' and could be taken for an option",
                      shown_url(url));
  }
  return {};
}

bool is_unreserved(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view{"-._~!$&'()*+,;=:@/"}.contains(c);
}

}  // namespace

std::string shown_url(std::string_view url) {
  return base::printable(base::mask_credentials(url));
}

base::Result<> check_git_url(std::string_view url) {
  if (auto good = check_characters(url); !good) return good;
  if (url.front() == '/') return {};
  const std::size_t helper = url.find("::");
  if (helper != std::string_view::npos && helper < std::min(url.find('/'), url.find('['))) {
    return base::fail(ErrorCode::invalid, "the url '{}' names a remote helper, which is not allowed",
                      shown_url(url));
  }
  const Parts parts = split(url);
  if (parts.scheme.empty()) {
    return base::fail(ErrorCode::invalid, "the url '{}' is a relative path; write it in full",
                      shown_url(url));
  }
  return check_scheme(
      url, parts,
      std::array<std::string_view, 7>{"https", "http", "ssh", "git", "file", "git+ssh", "ssh+git"});
}

base::Result<> check_svn_url(std::string_view url) {
  if (auto good = check_characters(url); !good) return good;
  return check_scheme(url, split(url),
                      std::array<std::string_view, 5>{"https", "http", "svn", "svn+ssh", "file"});
}

bool uses_ssh(std::string_view url) {
  return split(url).scheme.contains("ssh");
}

std::string git_identity(std::string_view url) {
  Parts parts = split(url);
  drop_default_port(parts);
  if (parts.scheme == "file") parts.path = percent_decode(parts.path);
  drop_trailing_slashes(parts.path);
  if (parts.path.ends_with(".git") && !parts.path.ends_with("/.git"))
    parts.path.resize(parts.path.size() - 4);
  if (parts.host.empty()) return parts.path;
  return parts.host + "/" + parts.path.substr(std::min(parts.path.find_first_not_of('/'), parts.path.size()));
}

std::string svn_identity(std::string_view url) {
  Parts parts = split(url);
  drop_default_port(parts);
  std::string path;
  for (const char c : percent_decode(parts.path)) {
    if (c == '/' && path.ends_with('/')) continue;
    path += is_unreserved(c) ? std::string{c} : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  drop_trailing_slashes(path);
  if (parts.scheme == "file" && parts.host == "localhost") parts.host.clear();
  return parts.scheme + "://" + parts.host + (path == "/" ? "" : path);
}

std::string percent_decode(std::string_view text) {
  std::string plain;
  for (std::size_t index = 0; index < text.size(); ++index) {
    unsigned char byte = 0;
    const char* const digits = text.data() + index + 1;
    if (text[index] == '%' && index + 2 < text.size() &&
        std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      plain += static_cast<char>(byte);
      index += 2;
    } else {
      plain += text[index];
    }
  }
  return plain;
}

}  // namespace slipway::vcs
