#include "agent/policy/values.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <functional>

#include "agent/policy/names.h"
#include "agent/policy/pattern.h"

namespace slipway::agent::policy {
namespace {

using jsonc::in_quotes;
using jsonc::Kind;
using jsonc::Located;
using jsonc::Member;

// A list of strings, each of which a rule does not complain about. One that it does makes the list
// incomplete, and is a problem anyway.
void read_list(const Field& field, std::vector<std::string>& result,
               const std::function<Complaint(const std::string&)>& rule) {
  if (field.value.kind != Kind::list) return field.unexpected();
  std::vector<std::string> list;
  for (const Located& located : field.value.elements) {
    const Field element = field.element(located);
    if (located.kind != Kind::string) {
      element.problem(fmt::format("expected a string in the list, found {}", jsonc::found(located)));
    } else if (const Complaint complaint = rule(located.text)) {
      element.problem(*complaint);
    } else {
      list.push_back(located.text);
    }
  }
  result = std::move(list);
}

Complaint check_text(const std::string& text) {
  if (text.empty()) return "an empty string";
  if (jsonc::has_control_character(text))
    return fmt::format("{} contains a control character", in_quotes(text));
  return std::nullopt;
}

Complaint check_path(const std::string& path) {
  if (const Complaint complaint = check_text(path)) return complaint;
  if (!path.starts_with('/'))
    return fmt::format("{} is a relative path; expected an absolute one, such as /srv/shop or /srv/*",
                       in_quotes(path));
  if (fs::path(path).lexically_normal() != fs::path(path))
    return fmt::format("{} has \"..\", \".\" or \"//\" in it; expected the path without", in_quotes(path));
  return std::nullopt;
}

Complaint check_ref(const std::string& ref) {
  if (const Complaint complaint = check_text(ref)) return complaint;
  if (ref.contains("..") || ref.find_first_of(" ~^:[\\") != std::string::npos || ref.starts_with('-'))
    return fmt::format(
        "{} is no name of a branch or tag; expected such as \"main\", \"release/*\" or "
        "\"refs/tags/v*\"",
        in_quotes(ref));
  return std::nullopt;
}

Complaint check_name(const std::string& name) {
  if (is_variable_name(name)) return std::nullopt;
  return fmt::format("{} is no name of a variable; expected letters, digits and '_'", in_quotes(name));
}

std::string without_end(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

void read_command(const Field& field, const Member& member, Commands& commands) {
  const Field value{field.key, "a shell command", member.value, field.report};
  if (!is_command_name(member.key)) {
    return field.report.problem(
        member.at,
        fmt::format("\"{}\": {} is no name of a command; expected letters, digits, '-', '_' and '.'",
                    field.key, in_quotes(member.key)));
  }
  if (member.value.kind != Kind::string) return value.unexpected();
  if (member.value.text.empty() || member.value.text.contains('\0'))
    return value.problem(
        fmt::format("the command {} is empty or holds a NUL character", in_quotes(member.key)));
  commands[member.key] = member.value.text;
}

}  // namespace

void read_path(const Field& field, const Host& host, std::string& result) {
  if (field.value.kind != Kind::string) return field.unexpected();
  const std::string path = without_end(field.value.text);
  if (const Complaint complaint = check_path(path)) return field.problem(*complaint);
  if (const Complaint link = host.check_links(path)) field.warning(*link);
  result = path;
}

void read_paths(const Field& field, const Host& host, std::optional<Patterns>& result) {
  Patterns patterns;
  read_list(field, patterns, [](const std::string& path) { return check_path(without_end(path)); });
  if (field.value.kind != Kind::list) return;
  for (std::string& pattern : patterns) pattern = without_end(std::move(pattern));
  for (const Located& element : field.value.elements) {
    const Complaint link = host.check_links(without_end(element.text));
    if (link) field.element(element).warning(*link);
  }
  result = std::move(patterns);
}

void read_repositories(const Field& field, std::optional<Patterns>& result) {
  read_list(field, result.emplace(), check_text);
}

void read_refs(const Field& field, std::optional<Patterns>& result) {
  read_list(field, result.emplace(), check_ref);
  for (std::string& ref : *result) ref = whole_ref(ref);
}

void read_servers(const Field& field, std::optional<std::vector<std::string>>& result) {
  read_list(field, result.emplace(), check_text);
}

void read_hours(const Field& field, const Host& host, std::optional<std::vector<Hours>>& result) {
  std::vector<std::string> texts;
  const auto check = [&](const std::string& text) -> Complaint {
    const auto hours = parse_hours(text);
    return hours ? host.check_zone(hours->zone) : Complaint(hours.error().message);
  };
  read_list(field, texts, check);
  if (field.value.kind != Kind::list) return;
  result.emplace();
  for (const std::string& text : texts) result->push_back(*parse_hours(text));
}

void read_hooks(const Field& field, std::optional<Hooks>& result) {
  constexpr std::array words{std::pair{std::string_view{"server"}, Hooks::server},
                             std::pair{std::string_view{"named"}, Hooks::named},
                             std::pair{std::string_view{"off"}, Hooks::off}};
  if (const auto hooks = jsonc::read_word(field, words)) result = *hooks;
}

void read_commands(const Field& field, std::optional<Commands>& result) {
  if (field.value.kind != Kind::object) return field.unexpected();
  result.emplace();
  for (const Member& member : field.value.members) read_command(field, member, *result);
}

void read_variable_names(const Field& field, std::vector<std::string>& result) {
  read_list(field, result, check_name);
}

void read_variables(const Field& field, std::map<std::string, std::string>& result) {
  if (field.value.kind != Kind::object) return field.unexpected();
  for (const Member& member : field.value.members) {
    if (const Complaint complaint = check_name(member.key)) {
      field.report.problem(member.at, fmt::format("\"{}\": {}", field.key, *complaint));
    } else if (member.value.kind != Kind::string || member.value.text.contains('\0')) {
      Field{field.key, "a string for each variable", member.value, field.report}.unexpected();
    } else {
      result[member.key] = member.value.text;
    }
  }
}

void read_user(const Field& field, const Host& host, std::optional<std::string>& result) {
  if (field.value.kind != Kind::string || field.value.text.empty()) return field.unexpected();
  if (const Complaint complaint = host.check_user(field.value.text)) return field.problem(*complaint);
  result = field.value.text;
}

void read_guarded_file(const Field& field, const Host& host, std::string& result) {
  if (field.value.kind != Kind::string) return field.unexpected();
  if (const Complaint complaint = check_path(field.value.text)) return field.problem(*complaint);
  if (const Complaint complaint = host.check_guarded_file(field.value.text)) return field.problem(*complaint);
  result = field.value.text;
}

void read_time(const Field& field, std::uint64_t& milliseconds) {
  base::Millis time{0};
  jsonc::read_timeout(field, time);
  milliseconds = static_cast<std::uint64_t>(time.count());
}

void read_orders(const Field& field, std::uint32_t& result) {
  constexpr std::int64_t most = 10'000;
  const std::int64_t number = field.value.integer;
  if (field.value.kind != Kind::integer || number < 1 || number > most) return field.unexpected();
  result = static_cast<std::uint32_t>(number);
}

}  // namespace slipway::agent::policy
