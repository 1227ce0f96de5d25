#include "server/config/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "base/agent_name.h"
#include "base/size.h"
#include "base/text.h"

namespace slipway::server::config {
namespace {

std::optional<Address> address_of(const Field& field) {
  const std::string* text = text_of(field);
  if (text == nullptr) return std::nullopt;
  const auto address = base::parse_address(*text);
  if (address) return *address;
  field.problem(address.error().message);
  return std::nullopt;
}

void read_command(const Field& field, Commands& commands) {
  const std::string* text = text_of(field);
  if (text == nullptr) return;
  if (text->contains('\0')) return field.problem("a command cannot contain a NUL character");
  if (!base::trim(*text).empty()) commands.push_back(*text);
}

}  // namespace

void read_jwt_secret(const Field& field, std::string& result) {
  constexpr std::size_t least = 16;
  const std::string* text = text_of(field);
  if (text == nullptr) return;
  if (!text->empty() && text->size() < least)
    field.warning(
        fmt::format("the secret has fewer than {} characters: who guesses it is everybody; leave it empty, "
                    "and the server makes one",
                    least));
  result = *text;
}

void read_name(const Field& field, std::string& result) {
  if (const std::string* name = text_by(field, check_name)) result = *name;
}

void read_branch(const Field& field, std::string& result) {
  if (field.value.kind == Kind::string && field.value.text.empty()) return;
  if (const std::string* branch = text_by(field, check_branch)) result = *branch;
}

void read_node_path(const Field& field, fs::path& result) {
  if (const std::string* path = text_by(field, check_node_path)) result = *path;
}

void read_path(const Field& field, fs::path& result) {
  const std::string* text = text_of(field);
  if (text == nullptr) return;
  if (text->empty() || has_control_character(*text)) return field.unexpected();
  result = *text;
}

void read_days(const Field& field, std::chrono::days& result) {
  constexpr std::int64_t most = 36'500;
  if (field.value.kind != Kind::integer) return field.unexpected();
  if (field.value.integer < 1 || field.value.integer > most)
    return field.problem(fmt::format("{} is out of range; expected 1 to {} days", found(field.value), most));
  result = std::chrono::days{field.value.integer};
}

void read_budget(const Field& field, std::uint64_t& result) {
  constexpr std::uint64_t least = std::uint64_t{1} << 20U;
  const bool number = field.value.kind == Kind::integer;
  if (!number && field.value.kind != Kind::string) return field.unexpected();
  const auto size = base::parse_size(field.value.text);
  if (!size) return field.problem(size.error().message);
  if (*size < least)
    return field.problem(fmt::format("{} is too little; expected at least 1 MiB", found(field.value)));
  result = *size;
}

void read_listen_address(const Field& field, Address& result) {
  const auto address = address_of(field);
  if (!address) return;
  result = *address;
}

std::optional<Address> dialled_address(const Field& field) {
  const auto address = address_of(field);
  if (!address) return std::nullopt;
  if (address->host.empty()) {
    field.problem(fmt::format("{} names no host; expected \"host:port\"", in_quotes(field.value.text)));
    return std::nullopt;
  }
  if (address->port == 0) {
    field.problem("port 0 cannot be dialled; expected 1 to 65535");
    return std::nullopt;
  }
  return address;
}

void read_node_address(const Field& field, Address& result) {
  if (const auto address = dialled_address(field)) result = *address;
}

void read_agent_name(const Field& field, std::string& result) {
  const std::string* text = text_of(field);
  if (text == nullptr) return;
  if (!base::is_agent_name(*text))
    return field.problem(fmt::format("{} cannot be the name of an agent; expected {}", in_quotes(*text),
                                     base::agent_name_form));
  result = *text;
}

void read_agents_address(const Field& field, std::optional<Address>& result) {
  result = address_of(field);
}

void read_fingerprint(const Field& field, std::optional<base::Fingerprint>& result) {
  const std::string* text = text_of(field);
  if (text == nullptr) return;
  const auto fingerprint = base::parse_fingerprint(*text);
  if (!fingerprint) return field.problem(fingerprint.error().message);
  result = *fingerprint;
}

void read_commands(const Field& field, std::optional<Commands>& result) {
  const bool is_list = field.value.kind == Kind::list;
  Commands commands;
  if (!is_list) read_command(field, commands);
  for (const Located& element : field.value.elements) read_command(field.element(element), commands);
  result = std::move(commands);
}

void read_type(const Field& field, std::optional<VcsType>& result) {
  constexpr std::array words{std::pair{std::string_view{"git"}, VcsType::git},
                             std::pair{std::string_view{"svn"}, VcsType::svn}};
  result = read_word(field, words);
}

void read_local_changes(const Field& field, LocalChanges& result) {
  constexpr std::array words{std::pair{std::string_view{"keep"}, LocalChanges::keep},
                             std::pair{std::string_view{"refuse"}, LocalChanges::refuse},
                             std::pair{std::string_view{"discard"}, LocalChanges::discard}};
  result = read_word(field, words).value_or(result);
}

}  // namespace slipway::server::config
