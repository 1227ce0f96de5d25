#include "agent/hook_environment.h"

#include <unistd.h>

#include <algorithm>
#include <array>

namespace slipway::agent {
namespace {

constexpr auto harmless = std::to_array<std::string_view>(
    {"PATH", "LANG", "LANGUAGE", "TZ", "TMPDIR", "HOME", "USER", "LOGNAME", "SHELL"});

bool is_passed(const std::string& name, const policy::Grant& grant) {
  return name.starts_with("LC_") || std::ranges::find(harmless, name) != harmless.end() ||
         std::ranges::find(grant.pass, name) != grant.pass.end();
}

}  // namespace

std::vector<std::string> not_passed(const std::vector<std::string>& ours, const policy::Grant& grant) {
  std::vector<std::string> names;
  if (!grant.clean_environment) return names;
  std::ranges::copy_if(ours, std::back_inserter(names),
                       [&](const std::string& name) { return !is_passed(name, grant); });
  return names;
}

std::vector<std::string> our_variables() {
  std::vector<std::string> names;
  for (char** next = environ; next != nullptr && *next != nullptr; ++next) {
    const std::string_view variable = *next;
    names.emplace_back(variable.substr(0, variable.find('=')));
  }
  return names;
}

}  // namespace slipway::agent
