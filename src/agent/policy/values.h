// Reads the single values of agent.json. Each reports what is wrong and then leaves the result as it was.
#pragma once

#include "agent/policy/host.h"
#include "agent/policy/policy.h"

namespace slipway::agent::policy {

using jsonc::Field;

// An absolute path, or a pattern of such; what it begins with is no symbolic link.
void read_path(const Field& field, const Host& host, std::string& result);
void read_paths(const Field& field, const Host& host, std::optional<Patterns>& result);
void read_repositories(const Field& field, std::optional<Patterns>& result);
void read_refs(const Field& field, std::optional<Patterns>& result);
void read_servers(const Field& field, std::optional<std::vector<std::string>>& result);
void read_hours(const Field& field, const Host& host, std::optional<std::vector<Hours>>& result);
void read_hooks(const Field& field, std::optional<Hooks>& result);
void read_commands(const Field& field, std::optional<Commands>& result);
void read_variable_names(const Field& field, std::vector<std::string>& result);
void read_variables(const Field& field, std::map<std::string, std::string>& result);
void read_user(const Field& field, const Host& host, std::optional<std::string>& result);
void read_guarded_file(const Field& field, const Host& host, std::string& result);
void read_time(const Field& field, std::uint64_t& milliseconds);
void read_orders(const Field& field, std::uint32_t& result);

}  // namespace slipway::agent::policy
