#include "process/program.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ranges>

#include "base/text.h"

namespace slipway::process {
namespace {

std::string name_of(const Command& command) {
  return base::printable(base::mask_credentials(command.argv.front()));
}

bool has_nul(std::string_view text) {
  return text.contains('\0');
}

bool good_variable(const std::pair<const std::string, std::string>& variable) {
  const auto& [name, value] = variable;
  return !name.empty() && !name.contains('=') && !has_nul(name) && !has_nul(value);
}

// 0, or why the directory cannot be entered.
int directory_error(const fs::path& directory) {
  struct stat info{};
  if (::stat(directory.c_str(), &info) != 0) return errno;
  if (!S_ISDIR(info.st_mode)) return ENOTDIR;
  return ::faccessat(AT_FDCWD, directory.c_str(), X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

// 0, or why the file cannot be executed.
int program_error(const fs::path& file) {
  struct stat info{};
  if (::stat(file.c_str(), &info) != 0) return errno;
  if (!S_ISREG(info.st_mode)) return EACCES;
  return ::faccessat(AT_FDCWD, file.c_str(), X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

base::ErrorCode code_of(int error) {
  return error == ENOENT || error == ENOTDIR ? base::ErrorCode::not_found : base::ErrorCode::io;
}

std::string_view value_in(const std::vector<std::string>& environment, std::string_view name) {
  for (const std::string_view variable : environment) {
    if (variable.starts_with(name) && variable.substr(name.size()).starts_with('=')) {
      return variable.substr(name.size() + 1);
    }
  }
  return "/usr/local/bin:/usr/bin:/bin";
}

// What follows is a secret by its name: "--password".
bool announces_secret(std::string_view word) {
  return word == "--password" || word == "--passphrase" || word == "--token";
}

}  // namespace

std::vector<std::string> environment_of(const Command& command) {
  std::vector<std::string> variables;
  for (char** next = environ; next != nullptr && *next != nullptr; ++next) {
    const std::string_view variable = *next;
    const std::string name{variable.substr(0, variable.find('='))};
    if (command.env.contains(name) || std::ranges::count(command.env_remove, name) != 0) continue;
    variables.emplace_back(variable);
  }
  for (const auto& [name, value] : command.env) variables.push_back(name + "=" + value);
  return variables;
}

base::Result<> check(const Command& command) {
  using base::ErrorCode;
  if (command.argv.empty() || command.argv.front().empty()) {
    return base::fail(ErrorCode::invalid, "there is no command to start");
  }
  if (std::ranges::any_of(command.argv, has_nul)) {
    return base::fail(ErrorCode::invalid, "cannot start {}: an argument holds a NUL byte", name_of(command));
  }
  if (!std::ranges::all_of(command.env, good_variable)) {
    return base::fail(ErrorCode::invalid, "cannot start {}: a variable of its environment has no valid name",
                      name_of(command));
  }
  if (command.directory.empty()) return {};
  if (const int error = directory_error(command.directory); error != 0) {
    return base::fail(code_of(error), "cannot start {} in the directory {}: {}", name_of(command),
                      command.directory.string(), base::errno_text(error));
  }
  return {};
}

base::Result<std::string> find_program(const Command& command, const std::vector<std::string>& environment) {
  const std::string& name = command.argv.front();
  if (name.contains('/')) {
    if (const int error = program_error(command.directory / name); error != 0) {
      return base::fail(code_of(error), "cannot start {}: {}", name_of(command), base::errno_text(error));
    }
    return name;
  }
  int worst = ENOENT;  // "there, but not executable" tells more than "not there"
  for (const auto part : std::views::split(value_in(environment, "PATH"), ':')) {
    const fs::path candidate = fs::path{part.empty() ? std::string_view{"."} : std::string_view{part}} / name;
    const int error = program_error(command.directory / candidate);
    if (error == 0) return candidate.string();
    if (error == EACCES) worst = EACCES;
  }
  return base::fail(code_of(worst), "cannot start {}: {} (is it installed and in PATH?)", name_of(command),
                    base::errno_text(worst));
}

base::Error cannot_start(const Command& command, const std::string& program, int error) {
  const bool there = program_error(command.directory / program) == 0;
  const std::string_view hint =
      error == ENOENT && there ? " (is the interpreter in its first line installed?)" : "";
  return {code_of(error),
          fmt::format("cannot start {}: {}{}", name_of(command), base::errno_text(error), hint)};
}

std::string title_of(const Command& command) {
  std::vector<std::string> words = command.argv;
  for (std::size_t index = 1; index < words.size(); ++index) {
    if (announces_secret(words[index - 1])) words[index] = "***";
  }
  return base::printable(base::mask_credentials(base::join(words, " ")));
}

}  // namespace slipway::process
