#include "vcs/release_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <charconv>

#include "base/file.h"
#include "vcs/breather.h"
#include "vcs/git_parse.h"

namespace slipway::vcs {
namespace {

std::optional<FileKind> kind_of(const struct stat& info) {
  if (S_ISDIR(info.st_mode)) return FileKind::directory;
  if (S_ISLNK(info.st_mode)) return FileKind::link;
  if (!S_ISREG(info.st_mode)) return std::nullopt;
  return (info.st_mode & S_IXUSR) != 0 ? FileKind::executable : FileKind::plain;
}

// "f 12 1764000000000000000 identity path"
std::string to_line(const std::string& path, const MadeFile& file) {
  return fmt::format("{} {} {} {} {}", static_cast<char>(file.kind), file.size, file.changed, file.identity,
                     path);
}

template <class Number>
Number number_from(std::string_view text) {
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string_view next_word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

}  // namespace

std::optional<MadeFile> look_at_file(const fs::path& file) {
  struct stat info{};
  if (::lstat(file.c_str(), &info) != 0) return std::nullopt;
  const auto kind = kind_of(info);
  if (!kind) return std::nullopt;
  constexpr std::int64_t second = 1'000'000'000;
  return MadeFile{*kind,
                  {},
                  static_cast<std::uint64_t>(info.st_size),
                  (std::int64_t{info.st_mtim.tv_sec} * second) + info.st_mtim.tv_nsec};
}

bool is_untouched(const fs::path& file, const MadeFile& made) {
  const auto now = look_at_file(file);
  if (!now || now->kind != made.kind) return false;
  return made.kind == FileKind::directory || (now->size == made.size && now->changed == made.changed);
}

base::Result<> save_files(const fs::path& list, const MadeFiles& files) {
  std::string text;
  for (const auto& [path, file] : files) {
    text += to_line(path, file);
    text += '\0';
  }
  return base::write_file_durably(list, text);
}

MadeFiles load_files(const fs::path& list) {
  MadeFiles files;
  const auto text = base::read_file(list, std::size_t{1} << 30U);
  if (!text) return files;
  for (const std::string& one : split_at(*text, '\0')) {
    std::string_view line = one;
    const std::string_view kind = next_word(line);
    if (kind.size() != 1) continue;
    MadeFile file{static_cast<FileKind>(kind.front()), {}, 0, 0};
    file.size = number_from<std::uint64_t>(next_word(line));
    file.changed = number_from<std::int64_t>(next_word(line));
    file.identity = next_word(line);
    files.emplace(line, std::move(file));
  }
  return files;
}

asio::awaitable<std::vector<std::string>> touched_files(fs::path directory, const MadeFiles& files) {
  std::vector<std::string> touched;
  Breather breather;
  for (const auto& [path, file] : files) {
    if (!is_untouched(directory / path, file)) touched.push_back(path);
    if (breather.is_due()) (void)co_await breather.breathe();
  }
  std::ranges::sort(touched);
  co_return touched;
}

}  // namespace slipway::vcs
