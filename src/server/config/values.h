// Reads single values. Each reports what is wrong and then leaves the result as it was.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "server/config/rules.h"
#include "server/config/schema.h"

namespace slipway::server::config {

using Commands = std::vector<std::string>;

// "host:port" that something can be connected to.
std::optional<Address> dialled_address(const Field& field);

void read_jwt_secret(const Field& field, std::string& result);
void read_name(const Field& field, std::string& result);
void read_branch(const Field& field, std::string& result);
void read_node_path(const Field& field, fs::path& result);
void read_path(const Field& field, fs::path& result);
void read_days(const Field& field, std::chrono::days& result);
void read_budget(const Field& field, std::uint64_t& result);
void read_listen_address(const Field& field, Address& result);
void read_agent_name(const Field& field, std::string& result);
void read_agents_address(const Field& field, std::optional<Address>& result);
void read_fingerprint(const Field& field, std::optional<base::Fingerprint>& result);
void read_node_address(const Field& field, Address& result);
// A command, or a list of them; empty ones are left out, so that "" means: none.
void read_commands(const Field& field, std::optional<Commands>& result);
void read_type(const Field& field, std::optional<VcsType>& result);
void read_local_changes(const Field& field, LocalChanges& result);

}  // namespace slipway::server::config
