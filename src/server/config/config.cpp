#include "server/config/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "base/file.h"
#include "server/config/current.h"
#include "server/config/schemas.h"

namespace slipway::server::config {
namespace {

fs::path folder_of(const fs::path& file) {
  std::error_code error;
  const fs::path absolute = fs::absolute(file, error);
  return error ? fs::path{"/"} : absolute.parent_path();
}

// The apps of the file are those of the configuration, in the same order.
void look_at_secrets(Loaded& loaded) {
  Report report;
  for (Problem& problem : loaded.problems) report.add(std::move(problem));
  check_secrets(value_of(loaded.document, "secrets"), loaded.config.secrets, report);
  const Located* apps = value_of(loaded.document, "apps");
  for (std::size_t index = 0; apps != nullptr && index < apps->elements.size(); ++index)
    check_secrets(value_of(apps->elements[index], "secrets"), loaded.config.apps[index].secrets, report);
  loaded.problems = report.take();
}

}  // namespace

const Node* App::find_node(std::string_view alias) const {
  const auto node = std::ranges::find(nodes, alias, &Node::alias);
  return node == nodes.end() ? nullptr : &*node;
}

const App* Config::find_app(std::string_view name) const {
  const auto app = std::ranges::find(apps, name, &App::name);
  return app == apps.end() ? nullptr : &*app;
}

AppPtr find_app(const ConfigPtr& config, std::string_view name) {
  return {config, config->find_app(name)};
}

bool Loaded::ok() const {
  return std::ranges::all_of(problems, &Problem::warning);
}

Loaded parse_config(std::string_view text, const fs::path& file) {
  if (text.size() > max_file_bytes) {
    return {{}, {{1, 1, fmt::format("the file is larger than {} bytes", max_file_bytes)}}};
  }
  jsonc::JsonDocument document = jsonc::read_json(text);
  Report report;
  for (Problem& problem : document.problems) report.add(std::move(problem));
  if (!document.root) return {{}, report.take()};
  ConfigDraft draft;
  if (read_object(config_schema(), *document.root, report, draft))
    check_config(draft, *document.root, report);
  Config config = finish(draft, folder_of(file));
  return {std::move(config), report.take(), std::move(*document.root)};
}

base::Result<Loaded> load_config(const fs::path& file) {
  const auto text = base::read_file(file, max_file_bytes);
  if (!text) return std::unexpected(text.error());
  Loaded loaded = parse_config(*text, file);
  if (loaded.ok()) look_at_secrets(loaded);
  return loaded;
}

}  // namespace slipway::server::config
