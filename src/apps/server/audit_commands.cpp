// slipway-server audit verify|list
#include <iostream>

#include "apps/server/command.h"
#include "base/text.h"
#include "server/access/audit.h"

namespace slipway::apps {
namespace {

using namespace server;

constexpr const char* description =
    "Who did what, from where, on what, and how it ended. Works whether the server runs or not.";

constexpr const char* footer = R"(
Every entry carries a hash over itself and the entry before it: one that is changed, removed or put in between breaks
the chain there. Whoever can write the database can also write the whole chain anew; so write the head down
somewhere else now and then, and have it looked for:

Examples:
  slipway-server audit verify -c server.json
      Prints the head, such as 1042:9f86d081...; exit code 1 and the place if the chain is broken.
  slipway-server audit verify -c server.json --head 1042:9f86d081...
      Also fails if that entry is not there any more, as it was.
  slipway-server audit list -c server.json --who ada --since 2026-11-01T00:00:00Z --limit 50
)";

struct Words {
  std::string head;
  std::string who;
  std::string what;
  std::string app;
  std::string since;
  std::int64_t before = 0;
  int limit = 50;
};

base::Result<std::optional<access::AuditHead>> head_of(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const std::size_t colon = text.find(':');
  const bool good = colon != std::string::npos && colon > 0 && colon < 19 &&
                    text.substr(0, colon).find_first_not_of("0123456789") == std::string::npos &&
                    text.size() - colon - 1 == 64;
  if (!good)
    return base::fail(base::ErrorCode::invalid,
                      "--head {}: expected what audit verify printed, such as 1042:9f86d081...",
                      base::printable(text));
  return access::AuditHead{std::stoll(text.substr(0, colon)), text.substr(colon + 1)};
}

int verify(const config::Config& config, const Words& words) {
  bool broken = false;
  const int code = with_store(config, [&](store::Store& store) -> base::Result<> {
    const auto known = head_of(words.head);
    if (!known) return std::unexpected(known.error());
    const auto head = access::verify_audit(store.session(), *known);
    broken = !head;
    if (!head) return std::unexpected(head.error());
    std::cout << fmt::format("the audit log is whole: {} entries, head {}:{}\n", head->id, head->id,
                             head->hash);
    return {};
  });
  return broken ? 1 : code;
}

base::Result<access::AuditFilter> filter_of(const Words& words) {
  const auto given = [](const std::string& text) {
    return text.empty() ? std::nullopt : std::optional(text);
  };
  access::AuditFilter filter{given(words.who), given(words.what), given(words.app), {}, {}};
  if (words.before > 0) filter.before = words.before;
  if (words.since.empty()) return filter;
  const auto since = base::parse_rfc3339(words.since);
  if (!since) return std::unexpected(since.error().context("--since"));
  filter.since = *since;
  return filter;
}

std::string line_of(const access::AuditEntry& entry) {
  return base::printable(fmt::format("{} {} {} ({}{}{}): {} {} {}{}{}{}", entry.id,
                                     base::to_rfc3339(entry.at), entry.who.empty() ? "nobody" : entry.who,
                                     entry.via, entry.via.empty() || entry.origin.empty() ? "" : " from ",
                                     entry.origin, entry.what, entry.target, entry.result,
                                     entry.repeats > 1 ? fmt::format(" ×{}", entry.repeats) : "",
                                     entry.detail.empty() ? "" : ": ", entry.detail));
}

int list(const config::Config& config, const Words& words) {
  return with_store(config, [&](store::Store& store) -> base::Result<> {
    const auto filter = filter_of(words);
    if (!filter) return std::unexpected(filter.error());
    for (const access::AuditEntry& entry : access::list_audit(store.session(), *filter, words.limit))
      std::cout << line_of(entry) << '\n';
    return {};
  });
}

}  // namespace

void add_audit_commands(CLI::App& app, Command& command) {
  CLI::App* audit = app.add_subcommand("audit", description);
  audit->footer(footer);
  audit->require_subcommand(1);
  const auto words = std::make_shared<Words>();
  const auto subcommand = [&](const char* name, const char* what, CommandFunction<Words> function) {
    return add_command(*audit, command, name, what, words, function);
  };
  subcommand("verify", "Look whether every entry is as it was written", verify)
      ->add_option("--head", words->head, "A head that was printed before");
  CLI::App* listing = subcommand("list", "The newest entries first", list);
  listing->add_option("--who", words->who, "Of this account");
  listing->add_option("--what", words->what, "Of this kind, such as createDeployment");
  listing->add_option("--app", words->app, "About this app");
  listing->add_option("--since", words->since, "Not before this time, such as 2026-11-01T00:00:00Z");
  listing->add_option("--before", words->before, "Only entries with lower numbers");
  listing->add_option("--limit", words->limit, "So many")
      ->capture_default_str()
      ->check(CLI::Range(1, 10'000));
}

}  // namespace slipway::apps
