#include "server/config/reload.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "server/config/differences.h"

namespace slipway::server::config {
namespace {

// The place of a key that may not be written any more.
Position place_of(const Located& document, std::string_view key) {
  const Located* value = value_of(document, key);
  return value == nullptr ? document.at : value->at;
}

std::vector<Problem> needs_restart(const Loaded& in_force, const Loaded& wanted) {
  std::vector<Problem> problems;
  const auto refuse = [&](std::string_view key, const std::string& now, const std::string& then) {
    if (now == then) return;
    const Position at = place_of(wanted.document, key);
    problems.push_back(
        {at.line, at.column,
         fmt::format("\"{}\" cannot change from {} to {} while the server runs: restart the server to "
                     "change it; nothing else was changed either",
                     key, in_quotes(now), in_quotes(then))});
  };
  refuse("listen_http", in_force.config.listen_http.text(), wanted.config.listen_http.text());
  const auto text = [](const std::optional<Address>& address) { return address ? address->text() : ""; };
  refuse("listen_agents", text(in_force.config.listen_agents), text(wanted.config.listen_agents));
  refuse("data_dir", in_force.config.data_dir.string(), wanted.config.data_dir.string());
  const auto scheme = [](const Loaded& loaded) { return loaded.config.tls ? "HTTPS" : "HTTP"; };
  refuse("tls", scheme(in_force), scheme(wanted));
  return problems;
}

}  // namespace

Reload plan_reload(const Loaded& in_force, const Loaded& wanted) {
  Reload reload;
  std::ranges::remove_copy_if(wanted.problems, std::back_inserter(reload.problems), &Problem::warning);
  if (reload.possible()) reload.problems = needs_restart(in_force, wanted);
  if (reload.possible()) reload.changes = differences(in_force.document, wanted.document);
  return reload;
}

}  // namespace slipway::server::config
