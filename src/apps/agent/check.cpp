#include "apps/agent/check.h"

#include <iostream>

#include "agent/policy/explain.h"
#include "agent/policy/file.h"
#include "agent/policy/judge.h"
#include "base/file.h"
#include "base/id.h"
#include "json/map.h"
#include "wire/message.h"

namespace slipway::apps {
namespace {

namespace fs = std::filesystem;
namespace policy = agent::policy;

constexpr int allowed = 0;
constexpr int mistake = 2;
constexpr int refused = 3;

int complain(const base::Error& error) {
  std::cerr << error.message << '\n';
  return mistake;
}

struct Asked {
  wire::Order order;
  std::string server;
};

// An order as it goes over the wire, of which nothing but target and revision must be there; or the
// order.json of an order's directory.
base::Result<Asked> read_order(const fs::path& file) {
  const auto text = base::read_file(file);
  if (!text) return std::unexpected(text.error());
  auto parsed = json::parse_object(*text);
  if (!parsed) return std::unexpected(parsed.error().context(file.string()));
  Asked asked;
  if (const auto* server = parsed->if_contains("judged_as"); server != nullptr && server->is_string())
    asked.server = std::string(server->get_string());
  const json::value* inner = parsed->if_contains("order");
  json::object all = json::encode(wire::Order{.id = base::make_id(), .hook_timeout_ms = 600'000});
  all.erase("target");
  all.erase("revision");
  for (const auto& [key, value] : inner != nullptr && inner->is_object() ? inner->get_object() : *parsed)
    all.insert_or_assign(key, value);
  auto order = json::decode<wire::Order>(all);
  if (!order) return std::unexpected(order.error().context(file.string()));
  asked.order = std::move(*order);
  return asked;
}

}  // namespace

Check::Check(CLI::App& app)
    : command_(app.add_subcommand("check",
                                  "Say what the policy of this host allows, or test an order against it")) {
  command_->fallthrough();
  command_->footer(
      "Exit code 0: allowed; 2: a mistake in one of the files; 3: refused, with the rule.\n"
      "ORDER is what a server sends, such as orders/ID/order.json in the agent's data directory, or as "
      "little as\n"
      R"(  {"revision": "…", "target": {"vcs": "git", "url": "…", "branch": "main", "path": "/srv/shop",)"
      "\n"
      R"(   "local_changes": "keep"}, "after_deploy": ["@restart"]})");
  command_->add_option("ORDER", order_, "A file with an order");
  command_->add_option("--server", server_, "Who gives the order: the fingerprint of its key");
  command_->add_option("--at", at_, "When it comes, such as 2026-11-25T03:00:00Z; without it, now");
  command_->add_flag("--reference", reference_, "Print what agent.json may hold, as Markdown");
}

int Check::run(const fs::path& file, bool required) const {
  if (reference_) {
    std::cout << policy::reference_markdown();
    return allowed;
  }
  std::error_code error;
  if (!required && !fs::exists(fs::symlink_status(file, error))) {
    std::cout << "There is no policy (" << file.string()
              << "): servers may ask for anything on this host, also for any command.\n";
    return allowed;
  }
  auto loaded = policy::load_policy(file);
  if (!loaded) return complain(loaded.error());
  for (const jsonc::Problem& problem : loaded->problems) std::cerr << jsonc::describe(problem, file) << '\n';
  if (!loaded->ok()) return mistake;
  return order_.empty() ? explain(loaded->policy) : test(loaded->policy);
}

int Check::explain(const policy::Policy& policy) const {
  std::cout << policy::explain(policy);
  return allowed;
}

int Check::test(const policy::Policy& policy) const {
  const auto asked = read_order(order_);
  if (!asked) return complain(asked.error());
  const auto time = at_.empty() ? base::Result<base::Time>(base::now()) : base::parse_rfc3339(at_);
  if (!time) return complain(time.error());
  const policy::Caller caller{server_.empty() ? asked->server : server_};
  const auto grant = policy::judge_order(policy, caller, asked->order, *time);
  if (grant) {
    std::cout << "allowed:\n" << policy::explain(*grant);
    return allowed;
  }
  std::cout << grant.error().message() << '\n';
  if (!grant.error().detail.empty()) std::cout << "  (" << grant.error().detail << ")\n";
  return refused;
}

}  // namespace slipway::apps
