#include "server/config/secrets.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "base/file.h"
#include "base/masker.h"
#include "base/text.h"

namespace slipway::server::config {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

constexpr std::size_t largest_value = std::size_t{16} << 10U;

bool is_variable_name(std::string_view name) {
  return !name.empty() && name.size() <= 200 && std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
         std::ranges::all_of(name,
                             [](unsigned char c) { return c < 0x80 && (std::isalnum(c) != 0 || c == '_'); });
}

Complaint check_name(const std::string& name) {
  if (!is_variable_name(name))
    return fmt::format("{} is no name of a variable; expected letters, digits and '_'", in_quotes(name));
  if (name.starts_with("SLIPWAY_"))
    return fmt::format("{}: names that begin with SLIPWAY_ are those of every hook; expected another",
                       in_quotes(name));
  return std::nullopt;
}

void read_secret(const Field& field, const Member& member, SecretSources& result) {
  if (const Complaint complaint = check_name(member.key))
    return field.report.problem(member.at, fmt::format("\"secrets\": {}", *complaint));
  if (member.value.kind != Kind::object) {
    return field.report.problem(
        member.value.at,
        fmt::format(
            "\"secrets\": the value of {} does not belong in this file; expected where it is: {{\"file\": "
            "\"/path\"}} or {{\"env\": \"NAME\"}}",
            in_quotes(member.key)));
  }
  Secret secret;
  jsonc::read_object(secret_schema(), member.value, field.report, secret);
  if (secret.file.empty() == secret.env.empty()) {
    return field.report.problem(
        member.value.at,
        fmt::format("\"secrets\": expected \"file\" or \"env\" of {}, one of them", in_quotes(member.key)));
  }
  result[member.key] = std::move(secret);
}

void read_file_name(const Field& field, fs::path& result) {
  std::string text;
  read_text(field, text);
  if (text.empty()) return;
  if (!text.starts_with('/') || has_control_character(text)) return field.unexpected();
  result = text;
}

void read_variable(const Field& field, std::string& result) {
  std::string text;
  read_text(field, text);
  if (text.empty()) return;
  if (!is_variable_name(text)) return field.unexpected();
  result = text;
}

base::Result<std::string> raw_value(const Secret& secret) {
  if (!secret.file.empty()) return base::read_file(secret.file, largest_value);
  const char* value = std::getenv(secret.env.c_str());
  if (value != nullptr) return value;
  return base::fail(ErrorCode::not_found, "the environment of the server has no variable {}", secret.env);
}

base::Result<std::string> value_of_secret(const Secret& secret) {
  auto value = raw_value(secret);
  if (!value) return value;
  // The line end of an editor.
  if (!secret.file.empty() && value->ends_with('\n')) value->pop_back();
  if (!secret.file.empty() && value->ends_with('\r')) value->pop_back();
  if (value->size() < base::shortest_secret)
    return base::fail(
        ErrorCode::invalid,
        "it has {} bytes; a value of fewer than {} cannot be masked, since it would stand in too much "
        "that is no secret",
        value->size(), base::shortest_secret);
  if (value->size() > largest_value)
    return base::fail(ErrorCode::invalid, "it has more than {} bytes", largest_value);
  if (!base::is_utf8(*value) || value->contains('\0'))
    return base::fail(ErrorCode::invalid,
                      "it is not UTF-8 text without NUL characters, so no variable can hold it; "
                      "give the hook a file on its host instead");
  return value;
}

}  // namespace

bool readable_by_others(const fs::path& file) {
  struct stat info{};
  return ::stat(file.c_str(), &info) == 0 && (info.st_mode & (S_IRGRP | S_IROTH)) != 0;
}

base::Result<std::map<std::string, std::string>> read_values(const SecretSources& secrets) {
  std::map<std::string, std::string> values;
  for (const auto& [name, secret] : secrets) {
    auto value = value_of_secret(secret);
    if (!value) return std::unexpected(value.error().context(fmt::format("the secret {}", name)));
    values[name] = std::move(*value);
  }
  return values;
}

Schema<Secret> secret_schema() {
  return {"a secret",
          {{{.name = "file",
             .value = "an absolute path",
             .doc = "The file that holds the value, on the server; a line end behind it does not count.",
             .secret = true},
            into(&Secret::file, read_file_name)},
           {{.name = "env",
             .value = "the name of a variable",
             .doc = "The variable of the server's own environment that holds the value.",
             .secret = true},
            into(&Secret::env, read_variable)}}};
}

void read_secrets(const Field& field, SecretSources& result) {
  if (field.value.kind != Kind::object) return field.unexpected();
  for (const Member& member : field.value.members) read_secret(field, member, result);
}

void check_secrets(const Located* written, const SecretSources& secrets, Report& report) {
  if (written == nullptr) return;
  for (const Member& member : written->members) {
    const auto found = secrets.find(member.key);
    if (found == secrets.end()) continue;
    const Position at = member.value.at;
    if (const auto value = value_of_secret(found->second); !value)
      report.problem(at, fmt::format("\"secrets\": {}: {}", in_quotes(member.key), value.error().message));
    else if (readable_by_others(found->second.file))
      report.warning(at, fmt::format("\"secrets\": others than its owner can read {}; chmod 600 it",
                                     found->second.file.string()));
  }
}

}  // namespace slipway::server::config
