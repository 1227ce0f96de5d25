#include "apps/rotate_key.h"

#include <CLI/CLI.hpp>
#include <iostream>

#include "net/key_rotation.h"

namespace slipway::apps {
namespace {

constexpr std::chrono::days longest{365};

base::Result<> take_now(const std::filesystem::path& directory) {
  const auto waiting = net::next_identity(directory);
  if (!waiting) return std::unexpected(waiting.error());
  if (!*waiting) {
    if (auto made = net::prepare_next_identity(directory, base::now()); !made)
      return std::unexpected(made.error());
    std::cerr << "this key was not announced: the other sides refuse it until a person accepts it there\n";
  }
  if (auto taken = net::take_next_identity(directory); !taken) return taken;
  const auto identity = net::open_identity(directory);
  if (!identity) return std::unexpected(identity.error());
  std::cout << identity->fingerprint().text() << '\n';
  return {};
}

}  // namespace

CLI::App* add_rotate_command(CLI::App& app, RotateArguments& arguments) {
  CLI::App* command = app.add_subcommand("rotate-key",
                                         "Make the next key, print its fingerprint, and announce it over the "
                                         "links; it takes over after the overlap");
  command->add_option("--overlap", arguments.overlap, "How long the present key stays, such as \"7d\"")
      ->capture_default_str();
  command->add_flag("--now", arguments.now,
                    "The next key takes over at once, whether or not the other sides know it");
  return command;
}

base::Result<> rotate_key(const std::filesystem::path& directory, const RotateArguments& arguments) {
  if (arguments.now) return take_now(directory);
  const auto overlap = base::parse_duration(arguments.overlap);
  if (!overlap) return std::unexpected(overlap.error().context("--overlap"));
  if (*overlap > longest)
    return base::fail(base::ErrorCode::invalid,
                      "--overlap: \"{}\" is out of range; expected at most 365 days", arguments.overlap);
  const auto next = net::prepare_next_identity(directory, base::now() + *overlap);
  if (!next) return std::unexpected(next.error());
  std::cerr
      << "it takes over " << base::to_rfc3339(next->from)
      << "; until then the other sides are told of it over their links, and those that are away must be told "
         "by you\n";
  std::cout << next->identity.fingerprint().text() << '\n';
  return {};
}

}  // namespace slipway::apps
