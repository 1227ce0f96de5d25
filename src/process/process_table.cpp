#include "process/process_table.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <memory>
#include <ranges>
#include <string>

#include <fmt/format.h>

#include "base/file.h"
#include "base/unique_fd.h"

namespace slipway::process {
namespace {

template <class Number>
Number number(std::string_view text) {
  Number value{};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (const auto word : std::views::split(text, ' ')) words.emplace_back(word);
  return words;
}

std::optional<ProcessInfo> read_stat(const char* pid) {
  const base::UniqueFd file{::open(fmt::format("/proc/{}/stat", pid).c_str(), O_RDONLY | O_CLOEXEC)};
  std::array<char, 1024> text{};
  const ssize_t got = file ? ::read(file.get(), text.data(), text.size()) : -1;
  if (got <= 0) return std::nullopt;
  return parse_stat({text.data(), static_cast<std::size_t>(got)});
}

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

// The children of each of our threads, as /proc/<pid>/task/<tid>/children lists them (proc(5)).
std::optional<std::vector<pid_t>> read_children() {
  std::vector<pid_t> children;
  const std::unique_ptr<DIR, CloseDirectory> threads{::opendir("/proc/self/task")};
  if (!threads) return std::nullopt;
  while (const dirent* entry = ::readdir(threads.get())) {
    if (entry->d_name[0] == '.') continue;
    const auto text = base::read_file(std::filesystem::path("/proc/self/task") / entry->d_name / "children");
    if (!text) return std::nullopt;
    for (const std::string_view word : words_of(*text)) {
      // The list ends with a space.
      if (const auto pid = number<pid_t>(word); pid > 0) children.push_back(pid);
    }
  }
  return children;
}

}  // namespace

std::optional<std::vector<pid_t>> own_children() {
  // A child that ends while the list is read can hide another one: believed when it reads the same twice.
  auto children = read_children();
  for (int tries = 0; children && tries < 5; ++tries) {
    auto again = read_children();
    if (again == children) return children;
    children = std::move(again);
  }
  return std::nullopt;
}

std::optional<ProcessInfo> parse_stat(std::string_view text) {
  // "42 (name) S 1 …": the name may hold anything, also spaces and parentheses, so what counts is the last
  // one.
  const std::size_t name_end = text.rfind(") ");
  if (name_end == std::string_view::npos) return std::nullopt;
  const auto words = words_of(text.substr(name_end + 2));
  if (words.size() < 20) return std::nullopt;
  ProcessInfo info;
  info.id = {number<pid_t>(text), number<std::uint64_t>(words[19])};
  info.dead = words[0] == "Z" || words[0] == "X";
  info.parent = number<pid_t>(words[1]);
  info.group = number<pid_t>(words[2]);
  info.session = number<pid_t>(words[3]);
  return info;
}

std::vector<ProcessInfo> list_processes() {
  std::vector<ProcessInfo> all;
  const std::unique_ptr<DIR, CloseDirectory> proc{::opendir("/proc")};
  while (const dirent* entry = proc ? ::readdir(proc.get()) : nullptr) {
    const std::string_view name = entry->d_name;
    if (!std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; })) continue;
    if (auto info = read_stat(entry->d_name)) all.push_back(*info);
  }
  return all;
}

}  // namespace slipway::process
