// The patterns of agent.json. `?` is one character and `*` any number of them, both without '/'; `**` is
// anything. Pure.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::agent::policy {

bool matches(std::string_view pattern, std::string_view text);

// Whether a pattern matches the path or a folder above it: what lies inside of what is allowed is allowed.
bool covers(std::string_view pattern, const std::filesystem::path& path);
bool any_covers(const std::vector<std::string>& patterns, const std::filesystem::path& path);

// Whether the URL is one of those meant; without regard to credentials, to upper and lower case of scheme and
// host, and to a "/" or ".git" at its end. One with "." or ".." in its path, also written as %2e, or with
// '#',
// '?' or '\\' is none.
bool any_matches_url(const std::vector<std::string>& patterns, std::string_view url);

// "main" is "refs/heads/main"; what begins with "refs/" stays.
std::string whole_ref(std::string_view ref);
bool any_matches(const std::vector<std::string>& patterns, std::string_view text);

}  // namespace slipway::agent::policy
