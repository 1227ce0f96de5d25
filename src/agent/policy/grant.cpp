#include "agent/policy/grant.h"

#include "agent/policy/names.h"
#include "agent/policy/pattern.h"
#include "agent/policy/real_path.h"
#include "base/text.h"

namespace slipway::agent::policy {
namespace {

std::string shown(std::string_view text) {
  return fmt::format("\"{}\"", base::printable(base::shorten(base::mask_credentials(text), 200)));
}

std::unexpected<Refusal> refuse(const Grant& grant, std::string rule, std::string text,
                                std::string detail = {}) {
  return std::unexpected(Refusal{std::move(rule), std::move(text), std::move(detail), grant.file});
}

// What an order writes to by way of a folder that a link could lead elsewhere.
std::vector<fs::path> places_of(const wire::Target& target) {
  const fs::path path = target.path;
  std::vector<fs::path> places{path, path / (target.vcs == wire::VcsType::git ? ".git" : ".svn")};
  if (!target.releases) return places;
  places.push_back(path / "releases");
  places.push_back(path / "shared");
  for (const std::string& shared : target.releases->shared)
    places.push_back((path / "shared" / shared).parent_path());
  return places;
}

std::string names_of(const Commands& commands) {
  std::vector<std::string> names;
  for (const auto& [name, command] : commands) names.push_back("@" + name);
  return names.empty() ? "none" : base::join(names, ", ");
}

}  // namespace

std::string Refusal::message() const {
  const std::string name = file.empty() ? "agent.json" : fs::path(file).filename().string();
  return base::to_utf8(fmt::format("rejected by policy rule \"{}\" ({}): {}", rule, name, text));
}

std::expected<void, Refusal> check_place(const Grant& grant, const wire::Target& target) {
  const auto real = real_path(target.path);
  if (!real || real->string() != grant.real_path) {
    return refuse(
        grant, "paths",
        fmt::format("{} leads elsewhere than when the order was accepted", shown(target.path)),
        fmt::format("to {} in place of {}", real ? real->string() : real.error().message, grant.real_path));
  }
  if (grant.paths.empty()) return {};
  for (const fs::path& place : places_of(target)) {
    const auto leads_to = real_path(place);
    if (leads_to && any_covers(grant.paths, *leads_to)) continue;
    return refuse(grant, "paths",
                  fmt::format("{} leads to a place outside of the allowed paths", shown(place.string())),
                  leads_to ? "to " + leads_to->string() : leads_to.error().message);
  }
  return {};
}

std::string_view named_command(std::string_view written) {
  written = base::trim(written);
  if (!written.starts_with('@') || !is_command_name(written.substr(1))) return {};
  return written.substr(1);
}

std::expected<std::string, Refusal> command_of(const Grant& grant, const std::string& written) {
  if (grant.hooks == Hooks::off)
    return refuse(grant, "hooks", "this host runs no commands for servers (\"hooks\": \"off\")");
  const std::string name{named_command(written)};
  if (const auto known = grant.commands.find(name); known != grant.commands.end()) return known->second;
  if (grant.hooks == Hooks::server && name.empty()) return written;
  const std::string what =
      name.empty() ? fmt::format("{} is a command of the server, and this host takes only names of its own",
                                 shown(written))
                   : fmt::format("this host defines no command {}", shown(written));
  return refuse(grant, "hooks", fmt::format("{}: {}", what, names_of(grant.commands)));
}

}  // namespace slipway::agent::policy
