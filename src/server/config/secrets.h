// "secrets": what hooks are given and nobody else may see. The configuration says where a value is; the value
// is read when it is needed, and kept nowhere.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/error.h"
#include "server/config/schema.h"

namespace slipway::server::config {

struct Secret {
  std::filesystem::path file;  // absolute; empty: in `env`
  std::string env;             // the name of a variable of the server's own environment

  bool operator==(const Secret&) const = default;
};

using SecretSources = std::map<std::string, Secret>;  // by the name of the variable that hooks get

// The values, by the same names. An error says which one, and nothing of its value. Reads files.
base::Result<std::map<std::string, std::string>> read_values(const SecretSources& secrets);

// Whether others than its owner can read the file.
bool readable_by_others(const std::filesystem::path& file);

// A list of secrets in the file; a value in the place of where it is is a problem that does not show it.
void read_secrets(const Field& field, SecretSources& result);
Schema<Secret> secret_schema();

// After reading: what is wrong with the values themselves, at the places where they are named.
void check_secrets(const Located* written, const SecretSources& secrets, Report& report);

}  // namespace slipway::server::config
