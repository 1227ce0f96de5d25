#include "agent/target.h"

namespace slipway::agent {
namespace {

vcs::LocalChanges to_vcs(wire::LocalChanges changes) {
  switch (changes) {
    case wire::LocalChanges::keep:
      return vcs::LocalChanges::keep;
    case wire::LocalChanges::refuse:
      return vcs::LocalChanges::refuse;
    case wire::LocalChanges::discard:
      return vcs::LocalChanges::discard;
  }
  return vcs::LocalChanges::keep;
}

wire::LocalChanges to_wire(vcs::LocalChanges changes) {
  switch (changes) {
    case vcs::LocalChanges::keep:
      return wire::LocalChanges::keep;
    case vcs::LocalChanges::refuse:
      return wire::LocalChanges::refuse;
    case vcs::LocalChanges::discard:
      return wire::LocalChanges::discard;
  }
  return wire::LocalChanges::keep;
}

std::optional<vcs::ReleasesSpec> to_vcs(const std::optional<wire::Releases>& releases) {
  if (!releases) return std::nullopt;
  return vcs::ReleasesSpec{.shared = releases->shared,
                           .keep_releases = releases->keep_releases,
                           .keep_bytes = releases->keep_bytes,
                           .keep_failed = releases->keep_failed};
}

std::optional<wire::Releases> to_wire(const std::optional<vcs::ReleasesSpec>& releases) {
  if (!releases) return std::nullopt;
  return wire::Releases{.shared = releases->shared,
                        .keep_releases = static_cast<std::uint32_t>(releases->keep_releases),
                        .keep_bytes = releases->keep_bytes,
                        .keep_failed = releases->keep_failed};
}

}  // namespace

vcs::Spec to_spec(const wire::Target& target) {
  return {.type = target.vcs == wire::VcsType::git ? vcs::Type::git : vcs::Type::svn,
          .url = target.url,
          .branch = target.branch,
          .path = target.path,
          .local_changes = to_vcs(target.local_changes),
          .releases = to_vcs(target.releases)};
}

wire::Target to_target(const vcs::Spec& spec) {
  return {.vcs = spec.type == vcs::Type::git ? wire::VcsType::git : wire::VcsType::svn,
          .url = spec.url,
          .branch = spec.branch,
          .path = spec.path.string(),
          .local_changes = to_wire(spec.local_changes),
          .releases = to_wire(spec.releases)};
}

}  // namespace slipway::agent
